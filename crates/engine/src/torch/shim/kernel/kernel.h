// The CPU kernels: plain functions over memory, compiled once for each family of instructions.
//
// No header of libtorch or of the standard library's templates is included where they are compiled: an inline function
// from there, compiled with AVX-512, could be the one that the linker keeps for the whole program.
#pragma once

#include <stdint.h>

namespace ct {

// Kind of floating point in memory; sums are always float.
enum Kind : int { kFloat = 0, kBFloat16 = 1 };

// Channels of a vector; NHWC kernels need a multiple of it.
constexpr int64_t kLanes = 16;
// Channels of a tile of the reductions.
constexpr int64_t kTile = 64;

// x as a matrix of `rows` by `channels`, row-major: NHWC with N·H·W rows.
struct Rows {
  int64_t rows;
  int64_t channels;
  int kind;
};

// Per channel: y = x · scale + shift.
struct Affine {
  const float* scale;
  const float* shift;
};

struct PoolShape {
  int64_t height, width, channels;
  int64_t out_height, out_width;
  int kind;
};

// A 3x3 convolution with stride 1 and padding 1: [images, height, width, in] to [images, height, width, out].
struct ConvShape {
  int64_t images, height, width, in, out;
  int kind;
};

// What becomes of a convolution's output y before it is stored: y + shift (by channel) + residual (as y lies in memory),
// then its positive part. Both pointers may be null.
struct Epilogue {
  const float* shift;
  const void* residual;
  bool relu;
};

// Output channels whose transformed weights lie together; both sides of a convolution need a multiple of it.
constexpr int64_t kPanel = 32;
// The kernels for convolutions take no more channels than this on either side.
constexpr int64_t kMostChannels = 4096;
// Rows that are multiplied at once are at most so many; what a product reads goes up to a multiple of them.
constexpr int64_t kRows = 8;
// Values between the places of transformed tiles: were they a multiple of a page apart, their stores would meet in one
// set of the cache.
constexpr int64_t kApart = 48;

// A convolution of [images, height, width, in] with in · side small: see image_conv.inc.
struct ImageConvShape {
  int64_t images, height, width, in, out;
  int64_t side, stride, padding;
  int64_t out_height, out_width;
  int kind;
};

constexpr int64_t kMostSide = 11;

// Values of one row of such an image with its padding, and with what is read after its end.
inline int64_t image_row_values(const ImageConvShape& s) {
  const int64_t places = (s.out_width + kRows - 1) / kRows * kRows;
  return ((places * s.stride + s.side + s.padding) * s.in + 2 * kRows + 31) / 32 * 32;
}

// Values that a thread needs for its rows, and for the pairs of the gradient.
inline int64_t image_conv_room(const ImageConvShape& s) { return s.side * image_row_values(s); }

inline int64_t image_gradient_room(const ImageConvShape& s) {
  const int64_t row = image_row_values(s);
  return 2 * s.side * row + row + s.stride * s.in + (s.out_width + 1) * s.out;
}

// Values of the sums of a gradient.
inline int64_t image_gradient_sums(const ImageConvShape& s) {
  return s.side * ((s.side * s.in + kRows - 1) / kRows * kRows) * s.out;
}

struct ImageConvKernels {
  void (*weights)(const void* weight, void* packed, const ImageConvShape& shape);
  void (*rows)(const void* x, const void* packed, void* y, const ImageConvShape& shape, int64_t first, int64_t count,
               void* room, const Epilogue& epilogue);
  void (*gradient)(const void* x, const void* dy, float* sums, const ImageConvShape& shape, int64_t first,
                   int64_t count, void* room);
};

// Channels of a panel of terms of the weights' gradient: of the input, and of the gradient by the output.
constexpr int64_t kTermLanes = 32, kTermRows = 16;

// Tiles [first, first + count) for the weights' gradient, of a chunk of `chunk` tiles that begins at `start`; those from
// `end` on are zero. All but the end are even.
struct Terms {
  int64_t chunk, start, first, count, end;
};

// From place to place.
inline int64_t terms_apart(int64_t chunk, int64_t channels) { return chunk * channels + kApart; }

// One kind of maps, and one size of tiles: see winograd.inc.
struct WinogradKernels {
  void (*input)(const void* x, void* out, const ConvShape& shape, int64_t channels, int64_t first, int64_t count,
                int64_t places_apart);
  void (*weights)(const void* weight, void* packed, const ConvShape& shape, bool by_input, int64_t begin);
  void (*products)(const void* inputs, int64_t places_apart, const void* packed, void* y, const ConvShape& shape,
                   bool by_input, int64_t first, int64_t count, int64_t begin, float* products,
                   const Epilogue& epilogue);
  void (*input_terms)(const void* x, void* room, const ConvShape& shape, int64_t channels, const Terms& terms);
  void (*gradient_terms)(const void* dy, void* room, const ConvShape& shape, int64_t channels, const Terms& terms);
  void (*gradient_products)(const void* inputs, const void* grads, const ConvShape& shape, int64_t chunk,
                            int64_t begin, int64_t rows, int64_t terms, bool fresh, float* sums);
  void (*gradient_weights)(const float* sums, void* dw, const ConvShape& shape, int64_t begin, int64_t rows);
  void (*gradient_part)(const float* sums, float* part, const ConvShape& shape, int64_t begin, int64_t rows);
  void (*gradient_total)(const float* parts, int64_t count, int64_t apart, void* dw, int64_t begin, int64_t end);
};

// A parameter with what belongs to it; `ema` and `shadow` (bf16) may be null, and `grad` for an average without a step.
struct Slot {
  float* param;
  const void* grad;
  float* first;
  float* second;
  float* ema;
  uint16_t* shadow;
  int64_t size;
  int grad_kind;
  float lr;
  float weight_decay;
};

struct StepNumbers {
  // Gradients are multiplied by this, then clamped to ±clamp if that is positive.
  float grad_factor;
  float clamp;
  // Weight of the new value in the average.
  float ema_weight;
  // AdamW; rest = 1 − beta.
  float beta2, rest1, rest2, eps, bias1, bias2_root;
  // SGD; fresh = 1 − dampening.
  float momentum, fresh;
  bool nesterov, first_step;
};

struct Kernels {
  const char* name;
  // The CPU multiplies pairs of bf16 by itself.
  bool bfloat16_products;
  // ((byte / 255) − mean) / deviation for `pixels` of three channels.
  void (*normalize)(const uint8_t* bytes, void* out, int64_t pixels, const float* mean, const float* deviation, int kind);
  // Σ (x − shift) and Σ (x − shift)² of channels [begin, begin + kTile or what is left) over rows.
  void (*moments)(const void* x, const Rows& shape, int64_t begin, const float* shift, float* sum, float* square);
  // y = relu(x · scale + shift + residual); residual may be null.
  void (*affine)(const void* x, const void* residual, void* y, const Rows& shape, Affine affine, bool relu);
  // g = dy where the output was positive (without relu: dy); Σ g and Σ g · (x − mean). With a residual, y says what
  // was positive and g is written; else y and g are null and x says it.
  void (*gradient_sums)(const void* x, const void* dy, const void* y, void* g, const Rows& shape, Affine affine,
                        const float* mean, bool relu, int64_t begin, float* sum, float* dot);
  // dx = g · k0 + (x − mean) · k1 + k2, g as above.
  void (*gradient)(const void* x, const void* dy, const void* g, void* dx, const Rows& shape, Affine affine,
                   const float* mean, const float* k0, const float* k1, const float* k2, bool relu);
  // Maximum over 3x3 with stride 2 and padding 1 of one image's output row; `which` is the place in the window.
  void (*pool_row)(const void* image, void* out, uint8_t* which, const PoolShape& shape, int64_t out_row);
  // Gradient of one image's input row.
  void (*pool_gradient_row)(const void* dy, const uint8_t* which, void* dx, const PoolShape& shape, int64_t row);
  const WinogradKernels& (*winograd)(int kind, int64_t side);
  const ImageConvKernels& (*image_conv)(int kind);
  // Σ grad² of elements [begin, end).
  float (*square_sum)(const Slot& slot, int64_t begin, int64_t end);
  void (*adamw)(const Slot& slot, int64_t begin, int64_t end, const StepNumbers& numbers);
  void (*sgd)(const Slot& slot, int64_t begin, int64_t end, const StepNumbers& numbers);
  // Only the average, for tensors without gradients.
  void (*average)(const Slot& slot, int64_t begin, int64_t end, const StepNumbers& numbers);
};

// The best set that this CPU runs.
const Kernels& kernels();

}  // namespace ct
