//! What html5ever's tree builder builds into: the arena.

use super::parse::{MAX_ATTRIBUTES, MAX_NODES};
use super::{DOCUMENT, Data, Node, NodeId, bit};
use html5ever::interface::tree_builder::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::sync::LazyLock;

/// The tree while it is built.
pub(super) struct Sink {
    pub(super) nodes: RefCell<Vec<Node>>,
    /// Depth of the element that was last put into the tree or closed.
    pub(super) depth: Cell<u32>,
    pub(super) attributes: Cell<usize>,
}

impl Sink {
    /// A tree with room for the nodes that a page of this length has, mostly.
    pub(super) fn for_page(bytes: usize) -> Self {
        const BYTES_A_NODE: usize = 64;
        let mut nodes = Vec::with_capacity((bytes / BYTES_A_NODE).min(MAX_NODES) + 1);
        nodes.push(Node::new(Data::Document));
        Self { nodes: RefCell::new(nodes), depth: Cell::new(0), attributes: Cell::new(0) }
    }
}

fn detach(nodes: &mut [Node], id: NodeId) {
    let Node { parent, previous, next, .. } = nodes[id as usize];
    let attached = nodes[parent as usize].first == id || previous != 0;
    if previous != 0 {
        nodes[previous as usize].next = next;
    } else if attached {
        nodes[parent as usize].first = next;
    }
    if next != 0 {
        nodes[next as usize].previous = previous;
    } else if attached {
        nodes[parent as usize].last = previous;
    }
    let node = &mut nodes[id as usize];
    (node.parent, node.previous, node.next) = (0, 0, 0);
}

fn append(nodes: &mut [Node], parent: NodeId, id: NodeId) {
    detach(nodes, id);
    let last = std::mem::replace(&mut nodes[parent as usize].last, id);
    if last == 0 {
        nodes[parent as usize].first = id;
    } else {
        nodes[last as usize].next = id;
    }
    let depth = nodes[parent as usize].depth + 1;
    let node = &mut nodes[id as usize];
    (node.parent, node.previous, node.depth) = (parent, last, depth);
}

impl Sink {
    fn add(&self, data: Data) -> NodeId {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node::new(data));
        (nodes.len() - 1) as NodeId
    }

    /// The node for what is to be put in after `previous`, unless it is text that is added to that one.
    fn node_for(&self, previous: NodeId, child: NodeOrText<NodeId>) -> Option<NodeId> {
        match child {
            NodeOrText::AppendNode(id) => Some(id),
            NodeOrText::AppendText(text) => {
                if previous != 0
                    && let Data::Text(before) = &mut self.nodes.borrow_mut()[previous as usize].data
                {
                    before.push_tendril(&text);
                    return None;
                }
                Some(self.add(Data::Text(text)))
            }
        }
    }
}

/// The name of an element, borrowed from the tree.
#[derive(Debug)]
pub(crate) struct Name<'a>(Ref<'a, QualName>);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// Stands for the name of what is no element: the builder asks for none, but it must not bring us down.
static NO_NAME: LazyLock<QualName> = LazyLock::new(|| QualName::new(None, ns!(), local_name!("")));

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name<'a> {
        Name(Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target as usize].data {
            Data::Element(name, _) => name,
            _ => &NO_NAME,
        }))
    }

    fn create_element(&self, name: QualName, mut attrs: Vec<Attribute>, _: ElementFlags) -> NodeId {
        let count = self.attributes.get() + attrs.len();
        self.attributes.set(count);
        if count > MAX_ATTRIBUTES {
            attrs = Vec::new();
        }
        self.add(Data::Element(name, attrs))
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.add(Data::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.add(Data::Nothing)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let last = self.nodes.borrow()[*parent as usize].last;
        if let Some(id) = self.node_for(last, child) {
            let mut nodes = self.nodes.borrow_mut();
            append(&mut nodes, *parent, id);
            let node = &nodes[id as usize];
            if matches!(node.data, Data::Element(..)) {
                self.depth.set(node.depth);
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let nodes = self.nodes.borrow();
        let Node { parent, previous: before, .. } = nodes[*element as usize];
        let attached = before != 0 || nodes[parent as usize].first == *element;
        drop(nodes);
        if attached {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &NodeId) {
        let nodes = self.nodes.borrow();
        self.depth.set(nodes[*node as usize].depth.saturating_sub(1));
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        // The contents of templates are kept as their children and skipped with them.
        *target
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let previous = self.nodes.borrow()[*sibling as usize].previous;
        if let Some(id) = self.node_for(previous, child) {
            let mut nodes = self.nodes.borrow_mut();
            detach(&mut nodes, id);
            let Node { parent, previous, depth, .. } = nodes[*sibling as usize];
            let node = &mut nodes[id as usize];
            (node.parent, node.previous, node.next, node.depth) = (parent, previous, *sibling, depth);
            nodes[*sibling as usize].previous = id;
            if previous == 0 {
                nodes[parent as usize].first = id;
            } else {
                nodes[previous as usize].next = id;
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        let node = &mut self.nodes.borrow_mut()[*target as usize];
        if let Data::Element(_, existing) = &mut node.data {
            for a in attrs {
                if existing.len() < 64 && !existing.iter().any(|e| e.name == a.name) {
                    node.attributes |= bit(&a.name.local);
                    existing.push(a);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        detach(&mut self.nodes.borrow_mut(), *target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        let mut child = nodes[*node as usize].first;
        while child != 0 {
            let next = nodes[child as usize].next;
            append(&mut nodes, *new_parent, child);
            child = next;
        }
    }
}
