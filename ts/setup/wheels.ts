import type { LibtorchVariant } from '../native/libtorch.ts'
import type { PlatformName } from '../native/platform.ts'

/** A Python wheel whose libraries are used. Wheels are zip archives in one layout on every platform. */
export interface Wheel {
  /** What the package client is asked for, `name==version`. */
  readonly requirement: string
  readonly sha256: string
  /** Size of the download, rounded. */
  readonly megabytes: number
  /** Direct source, where the package client's index does not hold this build. */
  readonly url?: string
}

/** One build of libtorch: what makes it run on a CPU, and what its CUDA half needs besides. */
export interface LibtorchBuild {
  readonly variant: LibtorchVariant
  /** Tags that the package client is told, most recent first. */
  readonly tags: readonly string[]
  readonly torch: Wheel
  readonly cpu: readonly Wheel[]
  readonly cuda: readonly Wheel[]
  /** Disk space in megabytes while it is fetched: the unpacked files and one wheel. */
  readonly diskMegabytes: { readonly cpu: number; readonly cuda: number }
}

const linuxTags = ['2_28', '2_27', '2_25', '2_18', '2_17', '2_12', '2_5']
  .map((glibc) => `manylinux_${glibc}_x86_64`)
  .concat('manylinux2014_x86_64', 'manylinux1_x86_64')

function wheel(requirement: string, megabytes: number, sha256: string): Wheel {
  return { requirement, megabytes, sha256 }
}

const linuxCpu: LibtorchBuild = {
  variant: 'cpu',
  tags: linuxTags,
  torch: {
    requirement: 'torch==2.11.0+cpu',
    url: 'https://download.pytorch.org/whl/cpu/torch-2.11.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl',
    megabytes: 190,
    sha256: '8a56a8c95531ef0e454510ba8bbd9d11dc7a9000337265210b10f6bfeacdd485',
  },
  cpu: [],
  cuda: [],
  diskMegabytes: { cpu: 900, cuda: 900 },
}

// The versions are those that the wheel's own metadata pins (cuda-toolkit 13.0.2 and its companions).
const linuxCuda130: LibtorchBuild = {
  variant: 'cu130',
  tags: linuxTags,
  torch: wheel('torch==2.11.0', 530, '7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a'),
  cpu: [
    wheel(
      'nvidia-cuda-runtime==13.0.96',
      3,
      '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
    ),
    wheel(
      'nvidia-cuda-cupti==13.0.85',
      11,
      '4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8',
    ),
  ],
  cuda: [
    wheel('nvidia-cublas==13.1.0.3', 424, 'ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171'),
    wheel(
      'nvidia-cudnn-cu13==9.19.0.56',
      367,
      'd20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf',
    ),
    wheel('nvidia-cufft==12.0.0.61', 214, '6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3'),
    wheel('nvidia-cufile==1.15.1.6', 2, '08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44'),
    wheel('nvidia-curand==10.4.0.35', 60, '1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc'),
    wheel(
      'nvidia-cusolver==12.0.4.66',
      201,
      '0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112',
    ),
    wheel(
      'nvidia-cusparse==12.6.3.3',
      146,
      '2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b',
    ),
    wheel(
      'nvidia-cusparselt-cu13==0.8.0',
      170,
      '25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd',
    ),
    wheel(
      'nvidia-nccl-cu13==2.28.9',
      196,
      'e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42',
    ),
    wheel(
      'nvidia-nvjitlink==13.0.88',
      41,
      '13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b',
    ),
    wheel(
      'nvidia-cuda-nvrtc==13.0.88',
      91,
      'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575',
    ),
    wheel('nvidia-nvtx==13.0.85', 1, '4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4'),
    wheel(
      'nvidia-nvshmem-cu13==3.4.5',
      61,
      '290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80',
    ),
  ],
  diskMegabytes: { cpu: 1800, cuda: 4500 },
}

// CUDA 12.8.1 and companions: the newest build for drivers 525 … 579, the T4's usual range.
const linuxCuda128: LibtorchBuild = {
  variant: 'cu128',
  tags: linuxTags,
  torch: {
    requirement: 'torch==2.11.0+cu128',
    url: 'https://download.pytorch.org/whl/cu128/torch-2.11.0%2Bcu128-cp311-cp311-manylinux_2_28_x86_64.whl',
    megabytes: 820,
    sha256: 'c9a7ca4c74fae10a58e6175b4b2cea953f9322bb6562bbf339ad6a05f52190ad',
  },
  cpu: [
    wheel(
      'nvidia-cuda-runtime-cu12==12.8.90',
      1,
      'adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90',
    ),
    wheel(
      'nvidia-cuda-cupti-cu12==12.8.90',
      11,
      'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    ),
  ],
  cuda: [
    wheel(
      'nvidia-cublas-cu12==12.8.4.1',
      594,
      '8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142',
    ),
    wheel(
      'nvidia-cudnn-cu12==9.19.0.56',
      660,
      'ac6ad90a075bb33a94f2b4cf4622eac13dd4dc65cf6dd9c7572a318516a36625',
    ),
    wheel(
      'nvidia-cufft-cu12==11.3.3.83',
      193,
      '4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74',
    ),
    wheel(
      'nvidia-cufile-cu12==1.13.1.3',
      2,
      '1d069003be650e131b21c932ec3d8969c1715379251f8d23a1860554b1cb24fc',
    ),
    wheel(
      'nvidia-curand-cu12==10.3.9.90',
      64,
      'b32331d4f4df5d6eefa0554c565b626c7216f87a06a4f56fab27c3b68a830ec9',
    ),
    wheel(
      'nvidia-cusolver-cu12==11.7.3.90',
      268,
      '4376c11ad263152bd50ea295c05370360776f8c3427b30991df774f9fb26c450',
    ),
    wheel(
      'nvidia-cusparse-cu12==12.5.8.93',
      288,
      '1ec05d76bbbd8b61b06a80e1eaf8cf4959c3d4ce8e711b65ebd0443bb0ebb13b',
    ),
    wheel(
      'nvidia-cusparselt-cu12==0.7.1',
      287,
      'f1bb701d6b930d5a7cea44c19ceb973311500847f81b634d802b7b539dc55623',
    ),
    wheel(
      'nvidia-nccl-cu12==2.28.9',
      297,
      '485776daa8447da5da39681af455aa3b2c2586ddcf4af8772495e7c532c7e5ab',
    ),
    wheel(
      'nvidia-nvjitlink-cu12==12.8.93',
      39,
      '81ff63371a7ebd6e6451970684f916be2eab07321b73c9d244dc2b4da7f73b88',
    ),
    wheel(
      'nvidia-cuda-nvrtc-cu12==12.8.93',
      88,
      'a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994',
    ),
    wheel('nvidia-nvtx-cu12==12.8.90', 1, '5b17e2001cc0d751a5bc2c6ec6d26ad95913324a4adb86788c944f8ce9ba441f'),
    wheel(
      'nvidia-nvshmem-cu12==3.4.5',
      140,
      '042f2500f24c021db8a06c5eec2539027d57460e1c1a762055a6554f72c369bd',
    ),
  ],
  diskMegabytes: { cpu: 3000, cuda: 9000 },
}

const darwinCpu: LibtorchBuild = {
  variant: 'cpu',
  tags: ['macosx_11_0_arm64'],
  torch: wheel('torch==2.11.0', 80, '7b6a60d48062809f58595509c524b88e6ddec3ebe25833d6462eeab81e5f2ce4'),
  cpu: [],
  cuda: [],
  diskMegabytes: { cpu: 500, cuda: 500 },
}

/** All builds that this platform can use. */
export function libtorchBuilds(platform: PlatformName): readonly LibtorchBuild[] {
  return platform === 'darwin-arm64' ? [darwinCpu] : [linuxCpu, linuxCuda130, linuxCuda128]
}

/** Whether a file of a wheel is needed to run, or, with `headers`, to build. */
export function isWanted(name: string, headers: boolean): boolean {
  if (/^torch\/lib\/[^/]+\.(so(\.\d+)*|dylib)$/.test(name)) return !name.includes('/libtorch_python')
  if (/^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/.test(name)) return true
  return headers && name.startsWith('torch/include/')
}
