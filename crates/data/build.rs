//! Compiles the libjpeg shim against the headers of the libjpeg-turbo that `turbojpeg-sys` builds.

fn main() {
    println!("cargo:rerun-if-changed=native");
    let mut build = cc::Build::new();
    build.files(["native/jpeg.c", "native/jpeg_entropy.c"]).warnings(true).opt_level(2);
    if let Ok(folders) = std::env::var("DEP_TURBOJPEG_INCLUDE") {
        for folder in folders.split(',') {
            build.include(folder);
        }
    }
    build.compile("classifier_jpeg");
}
