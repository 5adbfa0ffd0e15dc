//! Compiles the C++ shim in `src/torch/shim` against the headers that `torch-sys` was built with.
//!
//! The crate's own tests and examples get an rpath to the real libtorch; nothing else does (the addon is loaded into a
//! process that has opened libtorch before).

use std::path::{Path, PathBuf};

const SOURCES: [&str; 4] = ["tensor", "lists", "optimize", "process"];

fn main() {
    let shim = Path::new("src/torch/shim");
    println!("cargo:rerun-if-changed={}", shim.display());
    let lib = PathBuf::from(
        std::env::var("DEP_TCH_LIBTORCH_LIB").expect("torch-sys tells where libtorch's libraries lie"),
    );
    let include = lib.join("../include");

    cc::Build::new()
        .cpp(true)
        .std("c++20")
        .pic(true)
        .opt_level(2)
        .define("AT_PER_OPERATOR_HEADERS", None)
        .define("_GLIBCXX_USE_CXX11_ABI", "1")
        .flag_if_supported("-Wno-unused-parameter")
        // As a system folder, so that its headers' warnings are not ours.
        .flag("-isystem")
        .flag(include.to_str().expect("the path of libtorch is UTF-8"))
        .files(SOURCES.map(|name| shim.join(name).with_extension("cpp")))
        .compile("classifier_torch_shim");

    let real = lib
        .join(if cfg!(target_os = "macos") { "libtorch_cpu.dylib" } else { "libtorch_cpu.so" })
        .canonicalize()
        .ok()
        .and_then(|file| file.parent().map(Path::to_path_buf))
        .unwrap_or(lib);
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", real.display());
}
