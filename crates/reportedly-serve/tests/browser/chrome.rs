//! A browser, driven: chromedriver, and one chromium without a window.

use axum::http::Method;
use fantoccini::{
    Client, ClientBuilder,
    actions::{InputSource, KeyAction, KeyActions},
    error::CmdError,
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    process::{Child, Command, Stdio},
    time::Duration,
};
use url::{ParseError, Url};

/// Set where a machine without a browser is a fault.
const REQUIRED: &str = "BROWSER_TESTS";
/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page.
pub struct Browser {
    client: Client,
    driver: Child,
}

/// What a page is looked at with.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub width: usize,
    pub height: usize,
    pub scheme: &'static str,
    pub script: bool,
}

/// A command that fantoccini has none for.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// Runs a test in a browser of its own; says so and runs nothing where there is none.
pub fn in_a_browser(test: impl AsyncFnOnce(&Browser)) {
    let Some((driver, port)) = start() else {
        assert!(
            std::env::var_os(REQUIRED).is_none(),
            "no browser: install chromium and chromedriver (Debian: chromium, chromium-driver)"
        );
        eprintln!("not tested in a browser: there is no chromedriver here");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut browser = runtime.block_on(Browser::open(driver, port));
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&browser))));
    // Whatever came of it, chromium ends with its session.
    let _ = runtime.block_on(browser.client.clone().close());
    let _ = browser.driver.kill();
    let _ = browser.driver.wait();
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Starts a chromedriver on a free port.
fn start() -> Option<(Child, String)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let lines = BufReader::new(driver.stdout.take()?).lines().map_while(Result::ok);
    // "ChromeDriver was started successfully on port 40123."
    let mut ports = lines.filter_map(|line| {
        Some(line.split_once("started successfully on port ")?.1.trim_end_matches('.').to_owned())
    });
    let port = ports.next()?;
    // It goes on talking, and waits where nobody listens.
    std::thread::spawn(move || ports.for_each(drop));
    Some((driver, port))
}

impl Browser {
    async fn open(driver: Child, port: String) -> Self {
        let capabilities = json!({
            "goog:chromeOptions": {"args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                "--force-color-profile=srgb",
            ]},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts");
        Self { client, driver }
    }

    /// A command of the Chrome DevTools Protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.client.issue_cmd(Extra { path: "goog/cdp/execute", body }).await.expect(command)
    }

    /// Looks through another screen from the next page on.
    pub async fn look_through(&self, screen: Screen) {
        self.resize(screen.width, screen.height).await;
        let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": screen.scheme}]});
        self.cdp("Emulation.setEmulatedMedia", scheme).await;
        self.cdp("Emulation.setScriptExecutionDisabled", json!({"value": !screen.script})).await;
    }

    async fn resize(&self, width: usize, height: usize) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Opens an address, and waits until it is what is looked at: chromedriver may come back while expressions are still
    /// asked of the empty page that a browser begins with.
    pub async fn open_page(&self, address: &str) {
        self.client.goto(address).await.expect(address);
        self.wait_for("location.protocol === 'http:' && document.readyState === 'complete'").await;
    }

    /// Where the browser is: path and query.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// What the console was told since it was asked last: errors, warnings, failed requests, what the policy refused.
    pub async fn console(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Extra { path: "se/log", body: json!({"type": "browser"}) }).await;
        let log = log.expect("the log");
        let said = |entry: &Value| {
            let level = entry["level"].as_str()?;
            matches!(level, "SEVERE" | "WARNING").then(|| entry["message"].to_string())
        };
        log.as_array().into_iter().flatten().filter_map(said).collect()
    }

    /// What a script gives back.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect(script)
    }

    /// What a script that calls back gives, with something handed to it.
    pub async fn run_to_end(&self, script: &str, with: Value) -> Value {
        self.client.execute_async(script, vec![with]).await.expect(script)
    }

    /// What an expression is worth, whether or not the page may run scripts.
    pub async fn value(&self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true});
        self.cdp("Runtime.evaluate", asked).await["result"]["value"].take()
    }

    /// Waits until an expression is true.
    pub async fn wait_for(&self, expression: &str) {
        let end = tokio::time::Instant::now() + PATIENCE;
        while self.value(expression).await != json!(true) {
            assert!(
                tokio::time::Instant::now() < end,
                "waited in vain for {expression} at {}",
                self.path().await
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Presses keys one after the other, once the page is there to hear them: what is pressed before scripts have run
    /// nobody hears, and chromium drops what is pressed before it has painted.
    pub async fn press(&self, keys: impl IntoIterator<Item = char>) {
        self.wait_for(
            "document.readyState === 'complete' && performance.getEntriesByName('first-contentful-paint').length > 0",
        )
        .await;
        let press = |actions: KeyActions, value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        };
        let actions = keys.into_iter().fold(KeyActions::new("keys".to_owned()), press);
        self.client.perform_actions(actions).await.expect("pressed");
    }

    /// Presses Tab so many times.
    pub async fn tab(&self, times: usize) {
        self.press(std::iter::repeat_n(char::from(Key::Tab), times)).await;
    }

    /// The whole page as a picture.
    pub async fn picture(&self, screen: Screen) -> Result<Vec<u8>, CmdError> {
        let height = self.value("document.documentElement.scrollHeight").await;
        let height = height.as_u64().and_then(|h| usize::try_from(h).ok()).unwrap_or(screen.height);
        // Taller ones chromium paints blank.
        self.resize(screen.width, height.clamp(screen.height, 16_000)).await;
        let picture = self.client.screenshot().await;
        self.resize(screen.width, screen.height).await;
        picture
    }
}
