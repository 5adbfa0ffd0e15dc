//! Compiles the C++ shim in `src/torch/shim` against the headers that `torch-sys` was built with.
//!
//! The crate's own tests and examples get an rpath to the real libtorch; nothing else does (the addon is loaded into a
//! process that has opened libtorch before).

use std::path::{Path, PathBuf};

const SOURCES: [&str; 12] = [
    "batch_norm",
    "conv",
    "fused_step",
    "image_conv",
    "lists",
    "max_pool",
    "optimize",
    "process",
    "profile",
    "side_by_side",
    "tensor",
    "winograd",
];

/// The families of instructions that the kernels are compiled for; the best one that runs is chosen at run time.
const X86_FAMILIES: [(&str, &[&str]); 3] = [
    ("kernels_avx2", &["-mavx2", "-mfma"]),
    ("kernels_avx512", &AVX512),
    ("kernels_avx512_bf16", &[AVX512[0], AVX512[1], AVX512[2], AVX512[3], AVX512[4], "-mavx512bf16"]),
];

const AVX512: [&str; 5] =
    ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mprefer-vector-width=512"];

fn main() {
    let shim = Path::new("src/torch/shim");
    println!("cargo:rerun-if-changed={}", shim.display());
    let lib = PathBuf::from(
        std::env::var("DEP_TCH_LIBTORCH_LIB").expect("torch-sys tells where libtorch's libraries lie"),
    );
    let include = lib.join("../include");

    let mut build = cc::Build::new();
    if !cfg!(target_os = "macos") {
        // The functions behind it are in the OpenMP that libtorch brings.
        build.flag("-fopenmp");
    }
    build
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

    kernels(shim);

    let real = lib
        .join(if cfg!(target_os = "macos") { "libtorch_cpu.dylib" } else { "libtorch_cpu.so" })
        .canonicalize()
        .ok()
        .and_then(|file| file.parent().map(Path::to_path_buf))
        .unwrap_or(lib);
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", real.display());
}

fn kernels(shim: &Path) {
    let x86 = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "x86_64");
    let build = || {
        let mut build = cc::Build::new();
        build.cpp(true).std("c++20").pic(true).opt_level(3);
        for flag in [
            "-fno-math-errno",
            "-fno-trapping-math",
            "-Wno-psabi",
            "-Wno-maybe-uninitialized",
            "-Wno-uninitialized",
        ] {
            build.flag_if_supported(flag);
        }
        build
    };
    let families = if x86 { &X86_FAMILIES[..] } else { &[] };
    for (name, flags) in [("kernels_baseline", &[][..])].iter().chain(families) {
        let mut build = build();
        build.define("CT_INSTANCE", *name);
        for flag in *flags {
            build.flag(flag);
        }
        build.file(shim.join("kernel/instance.cpp")).compile(name);
    }
    let mut dispatch = build();
    if x86 {
        dispatch.define("CT_X86", None);
    }
    dispatch.file(shim.join("kernel/dispatch.cpp")).compile("classifier_kernels");
}
