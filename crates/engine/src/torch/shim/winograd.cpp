// 3x3 convolutions with stride 1, padding 1 and no bias on the CPU, by Winograd's algorithm (kernel/winograd.inc).
//
// A result never depends on the number of threads: each value is summed by one of them, in the order of the channels or
// of the tiles.
#include "parallel.h"
#include "rows.h"
#include "shim.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Up to this many channels a thread keeps a block of tiles in its own cache, with all weights beside it; from there on all
// tiles are transformed first, and a thread keeps one panel of weights.
constexpr int64_t kShallow = 128;
// Tiles times channels of such a block.
constexpr int64_t kBlock = 32 * 128;
// Tiles that a panel of weights is multiplied with at once.
constexpr int64_t kTiles = 64;

// Tiles that are multiplied at once.
constexpr int64_t kRows = 8;

int64_t up_to_rows(int64_t tiles) { return (tiles + kRows - 1) / kRows * kRows; }

int64_t tiles_of(const ct::ConvShape& s) { return s.images * ((s.height + 1) / 2) * ((s.width + 1) / 2); }

// Memory for each thread, in values of a tensor's kind.
struct Rooms {
  Tensor memory;
  int64_t each;

  Rooms(int64_t each, at::ScalarType kind) : each(each) {
    memory = at::empty({at::get_num_threads() * each}, at::TensorOptions(kind));
  }

  template <typename T = void>
  T* mine() const {
    char* start = static_cast<char*>(memory.mutable_data_ptr());
    return reinterpret_cast<T*>(start + ct::thread_slot() * each * memory.element_size());
  }
};

struct Convolution {
  const ct::ConvShape& shape;
  bool by_input;
  at::ScalarType kind;
  const char* x;
  // Null where `packed` holds what would be made of it.
  const char* weight;
  void* y;
  const char* packed = nullptr;
  ct::Epilogue epilogue{};

  int64_t deep() const { return by_input ? shape.out : shape.in; }
  int64_t panels() const { return (by_input ? shape.in : shape.out) / ct::kPanel; }
  int64_t panel_size() const { return 16 * deep() * ct::kPanel; }
  int64_t width() const { return c10::elementSize(kind); }

  void weights(int64_t panel, void* lines) const {
    ct::kernels().winograd_weights(weight, lines, shape, by_input, panel * ct::kPanel);
  }

  void products(const char* inputs, int64_t apart, const void* lines, int64_t first, int64_t count, int64_t panel,
                float* room) const {
    ct::kernels().winograd_products(inputs, apart, lines, y, shape, by_input, first, count, panel * ct::kPanel, room,
                                    epilogue);
  }

  // The lines of all panels.
  void pack(char* lines) const {
    ct::parallel_for(0, panels(), 1, [&](int64_t from, int64_t to) {
      for (int64_t panel = from; panel < to; ++panel) weights(panel, lines + panel * panel_size() * width());
    });
  }

  void shallow() const {
    const int64_t tiles = tiles_of(shape), block = kBlock / deep() / kRows * kRows, apart = block * deep() + ct::kApart;
    Tensor fresh;
    const char* lines = packed;
    if (lines == nullptr) {
      fresh = at::empty({panels() * panel_size()}, at::TensorOptions(kind));
      pack(static_cast<char*>(fresh.mutable_data_ptr()));
      lines = static_cast<const char*>(fresh.const_data_ptr());
    }
    auto lines_of = [&](int64_t panel) { return lines + panel * panel_size() * width(); };
    const Rooms inputs(16 * apart, kind), sums(16 * ct::kPanel * block, at::kFloat);
    // Shared out by rows, not by blocks: of a single image there are few of these.
    ct::parallel_for(0, (tiles + kRows - 1) / kRows, 1, [&](int64_t from, int64_t to) {
      char* input = inputs.mine<char>();
      const int64_t end = std::min(to * kRows, tiles);
      for (int64_t first = from * kRows; first < end; first += block) {
        const int64_t count = std::min(block, end - first);
        ct::kernels().winograd_input(x, input, shape, deep(), first, count, apart);
        for (int64_t panel = 0; panel < panels(); ++panel) {
          products(input, apart, lines_of(panel), first, count, panel, sums.mine<float>());
        }
      }
    });
  }

  void deep_one() const {
    const int64_t tiles = tiles_of(shape), apart = up_to_rows(tiles) * deep() + ct::kApart;
    const int64_t blocks = (tiles + kTiles - 1) / kTiles;
    const Tensor transformed = at::empty({16 * apart}, at::TensorOptions(kind));
    char* input = static_cast<char*>(transformed.mutable_data_ptr());
    ct::parallel_for(0, tiles, 16, [&](int64_t from, int64_t to) {
      ct::kernels().winograd_input(x, input + from * deep() * width(), shape, deep(), from, to - from, apart);
    });
    const Rooms rooms(packed == nullptr ? panel_size() : 0, kind), sums(16 * ct::kPanel * kTiles, at::kFloat);
    ct::parallel_for(0, blocks * panels(), 1, [&](int64_t from, int64_t to) {
      int64_t ready = -1;
      for (int64_t item = from; item < to; ++item) {
        const int64_t panel = item / blocks, first = item % blocks * kTiles;
        if (packed == nullptr && panel != ready) weights(panel, rooms.mine());
        ready = panel;
        const char* lines = packed == nullptr ? rooms.mine<char>() : packed + panel * panel_size() * width();
        products(input + first * deep() * width(), apart, lines, first, std::min(kTiles, tiles - first), panel,
                 sums.mine<float>());
      }
    });
  }

  void run() const { deep() <= kShallow ? shallow() : deep_one(); }
};

ct::ConvShape shape_of(const Tensor& x, const Tensor& weight) {
  return {x.size(0), x.size(2), x.size(3), x.size(1), weight.size(0), kernel_kind(x.scalar_type())};
}

Tensor convolve(const Tensor& x, const Tensor& weight, const ct::ConvShape& shape, bool by_input) {
  CT_NAMED(by_input ? "own::winograd_input_gradient" : "own::winograd");
  Tensor y = at::empty({shape.images, by_input ? shape.in : shape.out, shape.height, shape.width}, x.options(),
                       at::MemoryFormat::ChannelsLast);
  Convolution{shape,
              by_input,
              x.scalar_type(),
              static_cast<const char*>(x.const_data_ptr()),
              static_cast<const char*>(weight.const_data_ptr()),
              y.mutable_data_ptr()}
      .run();
  return y;
}

Tensor weight_gradient(const Tensor& x, const Tensor& dy, const Tensor& weight, const ct::ConvShape& shape) {
  CT_NAMED("own::winograd_weight_gradient");
  Tensor dw = at::empty_like(weight, at::MemoryFormat::ChannelsLast);
  const void *in = x.const_data_ptr(), *grad = dy.const_data_ptr();
  void* out = dw.mutable_data_ptr();
  const Tensor sums = at::empty({16 * shape.in * shape.out}, at::TensorOptions(at::kFloat));
  float* sum = sums.mutable_data_ptr<float>();
  const int64_t parts = shape.out / 16, most = (parts + at::get_num_threads() - 1) / at::get_num_threads() * 16;
  const int64_t tiles = std::min(up_to_rows(tiles_of(shape)), ct::gradient_tiles(shape));
  const Rooms rooms(16 * (tiles * (shape.in + most) + 2 * ct::kApart), x.scalar_type());
  ct::parallel_for(0, parts, 1, [&](int64_t from, int64_t to) {
    ct::kernels().winograd_weight_gradient(in, grad, out, shape, from * 16, to * 16, rooms.mine(),
                                           sum + from * 16 * 16 * shape.in);
  });
  return dw;
}

struct Winograd : torch::autograd::Function<Winograd> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight) {
    context->save_for_backward({x, weight});
    return convolve(x, weight, shape_of(x, weight), false);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const ct::ConvShape shape = shape_of(x, weight);
    const Tensor dy = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
    Tensor dx, dw;
    if (context->needs_input_grad(0)) dx = convolve(dy, weight, shape, true);
    if (context->needs_input_grad(1)) dw = weight_gradient(x, dy, weight, shape);
    return {dx, dw};
  }
};

bool weight_fits(const Tensor& weight) {
  const bool plain = weight.scalar_type() == at::kFloat;
  const bool half = weight.scalar_type() == at::kBFloat16 && ct::kernels().bfloat16_products;
  return weight.dim() == 4 && weight.is_cpu() && (plain || half) && weight.size(0) % ct::kPanel == 0 &&
         weight.size(1) % ct::kPanel == 0 && weight.size(2) == 3 && weight.size(3) == 3 &&
         weight.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool map_fits(const Tensor& x, int64_t channels, at::ScalarType kind) {
  return x.dim() == 4 && x.is_cpu() && x.numel() > 0 && x.scalar_type() == kind && x.size(1) == channels &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool fits(const Tensor& x, const Tensor& weight) {
  return weight_fits(weight) && map_fits(x, weight.size(1), weight.scalar_type());
}

// [panels, 16 · in · kPanel]: the weights as every pass with them reads them.
Tensor packed_of(const Tensor& weight) {
  const int64_t out = weight.size(0), in = weight.size(1);
  const ct::ConvShape shape{0, 0, 0, in, out, kernel_kind(weight.scalar_type())};
  Tensor packed = at::empty({out / ct::kPanel, 16 * in * ct::kPanel}, at::TensorOptions(weight.scalar_type()));
  const char* from = static_cast<const char*>(weight.const_data_ptr());
  Convolution{shape, false, weight.scalar_type(), nullptr, from, nullptr}.pack(
      static_cast<char*>(packed.mutable_data_ptr()));
  return packed;
}

Tensor convolve_packed(const Tensor& x, const Tensor& packed, const Tensor& shift, const Tensor& residual, bool relu) {
  CT_NAMED("own::winograd_packed");
  const int64_t out = packed.size(0) * ct::kPanel;
  const ct::ConvShape shape{x.size(0), x.size(2), x.size(3), x.size(1), out, kernel_kind(x.scalar_type())};
  Tensor y = at::empty({shape.images, out, shape.height, shape.width}, x.options(), at::MemoryFormat::ChannelsLast);
  const ct::Epilogue epilogue{shift.const_data_ptr<float>(),
                              residual.defined() ? residual.const_data_ptr() : nullptr, relu};
  const char* from = static_cast<const char*>(x.const_data_ptr());
  Convolution{shape, false,           x.scalar_type(),
              from,  nullptr,         y.mutable_data_ptr(),
              static_cast<const char*>(packed.const_data_ptr()), epilogue}
      .run();
  return y;
}

bool packed_fits(const Tensor& x, const Tensor& packed, const Tensor& shift, const Tensor& residual) {
  const int64_t out = packed.size(0) * ct::kPanel, in = packed.size(1) / (16 * ct::kPanel);
  const bool shifts = shift.scalar_type() == at::kFloat && shift.is_contiguous() && shift.numel() == out;
  const bool alike = !residual.defined() ||
                     (map_fits(residual, out, packed.scalar_type()) && residual.size(0) == x.size(0) &&
                      residual.size(2) == x.size(2) && residual.size(3) == x.size(3));
  return map_fits(x, in, packed.scalar_type()) && shifts && alike;
}

}  // namespace

extern "C" {

// Leaves `out` null where the kernel does not fit the tensors.
char* ct_winograd(Handle x, Handle weight, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (fits(*x, *weight)) *out = new Tensor(Winograd::apply(*x, *weight));
  })
}

// The transformed weights, for many passes without gradients.
char* ct_winograd_pack(Handle weight, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (weight_fits(*weight)) *out = new Tensor(packed_of(*weight));
  })
}

// relu(x * weight + shift + residual) with such weights; `residual` may be empty.
char* ct_winograd_packed(Handle x, Handle packed, Handle shift, Handle residual, bool relu, Handle* out) {
  CT_TRY({
    *out = nullptr;
    const Tensor more = tensor_of(residual);
    if (packed_fits(*x, *packed, *shift, more)) *out = new Tensor(convolve_packed(*x, *packed, *shift, more, relu));
  })
}

}  // extern "C"
