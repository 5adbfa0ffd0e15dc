//! Compiles the libjpeg shim against the headers of the libjpeg-turbo that `turbojpeg-sys` builds.

fn main() {
    println!("cargo:rerun-if-changed=native/jpeg.c");
    println!("cargo:rerun-if-changed=native/jpeg.h");
    let mut build = cc::Build::new();
    build.file("native/jpeg.c").warnings(true).opt_level(2);
    if let Ok(folders) = std::env::var("DEP_TURBOJPEG_INCLUDE") {
        for folder in folders.split(',') {
            build.include(folder);
        }
    }
    build.compile("classifier_jpeg");
}
