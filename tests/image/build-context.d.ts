/** The files of a checkout that .dockerignore lets into a build, relative, sorted. */
export declare function contextFiles(root: string): string[];
