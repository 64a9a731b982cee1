#![no_main]

use reportedly_page::Form;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reportedly_fuzz::check(bytes, Form::Html));
