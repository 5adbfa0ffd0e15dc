/** A root file system that stands for an image from outside, and the variables that the image sets. */
export interface OutsideImage {
    readonly layers: readonly string[];
    readonly env: Readonly<Record<string, string>>;
}
/**
 * What stands for an image where there is no registry of images: Debian 12 by debootstrap with this machine's Node or Rust. It
 * holds less than the image does, and its glibc is no newer, so what works here is no accident of this machine.
 */
export declare function outsideImage(image: string, folder: string): OutsideImage;
