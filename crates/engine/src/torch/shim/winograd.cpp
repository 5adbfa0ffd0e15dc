// 3x3 convolutions with stride 1, padding 1 and no bias on the CPU, by Winograd's algorithm (kernel/winograd.inc).
//
// A result never depends on the number of threads: each value is summed by one of them, in the order of the channels or
// of the tiles.
#include "convolution.h"
#include "parallel.h"
#include "rooms.h"
#include "shim.h"

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
// Values of such a block.
constexpr int64_t kBlock = 72 * 1024;
// Tiles that a panel of weights is multiplied with at once.
constexpr int64_t kTiles = 64;
// What the weights of a place cost beside its tiles, as so many of these: they are made, or come from far.
constexpr int64_t kWeightTiles = 28;

// Of the gradient by the weights: tiles that are added up at once, by one thread and by all.
constexpr int64_t kPartTiles = 64, kChunkTiles = 256;
// Products of channels in all of its parts together.
constexpr int64_t kPartSums = 128 * 1024;

int64_t up_to_rows(int64_t tiles) { return (tiles + ct::kRows - 1) / ct::kRows * ct::kRows; }

int64_t places_of(int64_t side) { return (side + 2) * (side + 2); }

// Values of the transformed weights of a panel, for sums over `deep` channels.
int64_t panel_values(int64_t side, int64_t deep) { return places_of(side) * (deep * ct::kPanel + ct::kApart); }

int64_t tiles_of(const ct::ConvShape& s, int64_t side) {
  return s.images * ((s.height + side - 1) / side) * ((s.width + side - 1) / side);
}

// The size of tiles that multiplies least.
int64_t cheapest_side(const ct::ConvShape& s) {
  auto cost = [&](int64_t side) { return places_of(side) * (up_to_rows(tiles_of(s, side)) + kWeightTiles); };
  return cost(4) < cost(2) ? 4 : 2;
}

// In training: tiles of 2, whose results are as near to a direct convolution's as the order of its sums is.
constexpr int64_t kForwardSide = 2;

// Tiles of 4 lose a bit and a half more. In bf16 that adds a fifth to what bf16 takes from a gradient anyway
// (tests/kernels.rs), and the sum over a batch is far less sure than that. Who trains in fp32 asks for its numbers.
int64_t gradient_side(const ct::ConvShape& s) { return s.kind == ct::kBFloat16 ? cheapest_side(s) : 2; }

// Of passes without gradients: in fp32 the bits are to spare, in bf16 they are not.
int64_t packed_side(const ct::ConvShape& s) { return s.kind == ct::kBFloat16 ? 2 : cheapest_side(s); }

struct Convolution {
  const ct::ConvShape& shape;
  bool by_input;
  int64_t side;
  at::ScalarType kind;
  const char* x;
  // Null where `packed` holds what would be made of it.
  const char* weight;
  void* y;
  const char* packed = nullptr;
  ct::Epilogue epilogue{};

  const ct::WinogradKernels& kernels() const { return ct::kernels().winograd(shape.kind, side); }
  int64_t places() const { return places_of(side); }
  int64_t deep() const { return by_input ? shape.out : shape.in; }
  int64_t panels() const { return (by_input ? shape.in : shape.out) / ct::kPanel; }
  int64_t panel_size() const { return panel_values(side, deep()); }
  int64_t width() const { return c10::elementSize(kind); }
  ct::Rooms sums(int64_t tiles) const { return {places() * (ct::kPanel * tiles + ct::kApart), at::kFloat}; }

  void weights(int64_t panel, void* lines) const {
    kernels().weights(weight, lines, shape, by_input, panel * ct::kPanel);
  }

  void products(const char* inputs, int64_t apart, const void* lines, int64_t first, int64_t count, int64_t panel,
                float* room) const {
    kernels().products(inputs, apart, lines, y, shape, by_input, first, count, panel * ct::kPanel, room, epilogue);
  }

  // The lines of all panels.
  void pack(char* lines) const {
    ct::parallel_for(0, panels(), 1, [&](int64_t from, int64_t to) {
      for (int64_t panel = from; panel < to; ++panel) weights(panel, lines + panel * panel_size() * width());
    });
  }

  void shallow() const {
    const int64_t tiles = tiles_of(shape, side), block = kBlock / places() / deep() / ct::kRows * ct::kRows;
    const int64_t apart = block * deep() + ct::kApart;
    Tensor fresh;
    const char* lines = packed;
    if (lines == nullptr) {
      fresh = at::empty({panels() * panel_size()}, at::TensorOptions(kind));
      pack(static_cast<char*>(fresh.mutable_data_ptr()));
      lines = static_cast<const char*>(fresh.const_data_ptr());
    }
    auto lines_of = [&](int64_t panel) { return lines + panel * panel_size() * width(); };
    const ct::Rooms inputs(places() * apart, kind), room = sums(block);
    // Of a single image there are few blocks: it is shared out by rows.
    const int64_t rows = up_to_rows(tiles) / ct::kRows, grain = block / ct::kRows;
    ct::parallel_for(0, rows, rows > 8 * grain * at::get_num_threads() ? grain : 1, [&](int64_t from, int64_t to) {
      char* input = inputs.mine<char>();
      const int64_t end = std::min(to * ct::kRows, tiles);
      for (int64_t first = from * ct::kRows; first < end; first += block) {
        const int64_t count = std::min(block, end - first);
        kernels().input(x, input, shape, deep(), first, count, apart);
        for (int64_t panel = 0; panel < panels(); ++panel) {
          products(input, apart, lines_of(panel), first, count, panel, room.mine<float>());
        }
      }
    });
  }

  void deep_one() const {
    const int64_t tiles = tiles_of(shape, side), apart = up_to_rows(tiles) * deep() + ct::kApart;
    const int64_t blocks = (tiles + kTiles - 1) / kTiles;
    const Tensor transformed = at::empty({places() * apart}, at::TensorOptions(kind));
    char* input = static_cast<char*>(transformed.mutable_data_ptr());
    ct::parallel_for(0, tiles, 4, [&](int64_t from, int64_t to) {
      kernels().input(x, input + from * deep() * width(), shape, deep(), from, to - from, apart);
    });
    const ct::Rooms rooms(packed == nullptr ? panel_size() : 0, kind), room = sums(kTiles);
    ct::parallel_for(0, blocks * panels(), packed == nullptr ? (blocks + 1) / 2 : 1, [&](int64_t from, int64_t to) {
      int64_t ready = -1;
      for (int64_t item = from; item < to; ++item) {
        const int64_t panel = item / blocks, first = item % blocks * kTiles;
        if (packed == nullptr && panel != ready) weights(panel, rooms.mine());
        ready = panel;
        const char* lines = packed == nullptr ? rooms.mine<char>() : packed + panel * panel_size() * width();
        products(input + first * deep() * width(), apart, lines, first, std::min(kTiles, tiles - first), panel,
                 room.mine<float>());
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
              by_input ? gradient_side(shape) : kForwardSide,
              x.scalar_type(),
              static_cast<const char*>(x.const_data_ptr()),
              static_cast<const char*>(weight.const_data_ptr()),
              y.mutable_data_ptr()}
      .run();
  return y;
}

// The gradient of the weights: sums over tiles, in one order whatever the number of threads.
struct WeightGradient {
  const ct::ConvShape& shape;
  const char* x;
  const char* dy;
  void* dw;
  at::ScalarType kind;

  int64_t side = gradient_side(shape), places = places_of(side), tiles = tiles_of(shape, side);
  int64_t even = (tiles + 1) / 2 * 2;
  const ct::WinogradKernels& kernels = ct::kernels().winograd(shape.kind, side);

  int64_t width() const { return c10::elementSize(kind); }
  int64_t sum_values() const { return places * shape.in * shape.out; }
  // Of a chunk: the input's terms, then those of the gradient by the output.
  int64_t input_values(int64_t chunk) const { return places * ct::terms_apart(chunk, shape.in); }
  int64_t term_values(int64_t chunk) const {
    return input_values(chunk) + places * ct::terms_apart(chunk, shape.out);
  }

  void terms(char* room, const ct::Terms& by) const {
    kernels.input_terms(x, room, shape, shape.in, by);
    kernels.gradient_terms(dy, room + input_values(by.chunk) * width(), shape, shape.out, by);
  }

  void products(const char* room, int64_t chunk, int64_t begin, int64_t rows, int64_t count, bool fresh,
                float* sums) const {
    kernels.gradient_products(room, room + input_values(chunk) * width(), shape, chunk, begin, rows, count, fresh, sums);
  }

  // Where the sums are small: parts of the tiles, each by one thread in its own cache, then the parts together.
  void by_parts(int64_t parts) const {
    const int64_t values = 9 * shape.in * shape.out;
    const ct::Rooms rooms(term_values(kPartTiles), kind), sums(sum_values(), at::kFloat);
    const Tensor all = at::empty({parts, values}, at::TensorOptions(at::kFloat));
    float* partial = all.mutable_data_ptr<float>();
    ct::parallel_for(0, parts, 1, [&](int64_t from, int64_t to) {
      for (int64_t part = from; part < to; ++part) {
        const int64_t begin = part * (even / 2) / parts * 2, end = (part + 1) * (even / 2) / parts * 2;
        for (int64_t first = begin; first < end; first += kPartTiles) {
          const int64_t count = std::min(kPartTiles, end - first);
          terms(rooms.mine<char>(), {kPartTiles, first, first, count, tiles});
          products(rooms.mine<char>(), kPartTiles, 0, shape.out, count, first == begin, sums.mine<float>());
        }
        kernels.gradient_part(sums.mine<float>(), partial + part * values, shape, 0, shape.out);
      }
    });
    ct::parallel_for(0, shape.out, 1, [&](int64_t from, int64_t to) {
      kernels.gradient_total(partial, parts, values, dw, from * 9 * shape.in, to * 9 * shape.in);
    });
  }

  // Where they are large: all threads transform a chunk of tiles together, then take output channels by groups.
  void by_chunks() const {
    const int64_t chunk = std::min(kChunkTiles, even), group = shape.out / 16 < at::get_num_threads() ? 8 : 16;
    const Tensor sums = at::empty({sum_values()}, at::TensorOptions(at::kFloat));
    const Tensor room = at::empty({term_values(chunk)}, at::TensorOptions(kind));
    float* sum = sums.mutable_data_ptr<float>();
    char* both = static_cast<char*>(room.mutable_data_ptr());
    for (int64_t start = 0; start < tiles; start += chunk) {
      const int64_t count = std::min(chunk, even - start);
      ct::parallel_for(0, count / 2, 2, [&](int64_t from, int64_t to) {
        terms(both, {chunk, start, start + 2 * from, 2 * (to - from), tiles});
      });
      ct::parallel_for(0, shape.out / group, 1, [&](int64_t from, int64_t to) {
        for (int64_t begin = from * group; begin < to * group; begin += group) {
          float* mine = sum + places * begin * shape.in;
          products(both, chunk, begin, group, count, start == 0, mine);
          if (start + chunk >= tiles) kernels.gradient_weights(mine, dw, shape, begin, group);
        }
      });
    }
  }

  void run() const {
    const int64_t parts = std::min(kPartSums / (shape.in * shape.out), tiles / kPartTiles);
    parts > 1 ? by_parts(parts) : by_chunks();
  }
};

Tensor weight_gradient(const Tensor& x, const Tensor& dy, const Tensor& weight, const ct::ConvShape& shape) {
  CT_NAMED("own::winograd_weight_gradient");
  Tensor dw = at::empty_like(weight, at::MemoryFormat::ChannelsLast);
  WeightGradient{shape, static_cast<const char*>(x.const_data_ptr()), static_cast<const char*>(dy.const_data_ptr()),
                 dw.mutable_data_ptr(), x.scalar_type()}
      .run();
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
  auto channels = [&](int side) {
    return weight.size(side) % ct::kPanel == 0 && weight.size(side) <= ct::kMostChannels;
  };
  return weight.dim() == 4 && weight.is_cpu() && multiplies(weight.scalar_type()) && channels(0) && channels(1) &&
         weight.size(2) == 3 && weight.size(3) == 3 && weight.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool fits(const Tensor& x, const Tensor& weight) {
  return weight_fits(weight) && map_fits(x, weight.size(1), weight.scalar_type());
}

// The size of tiles that the weights were packed for; 0 where they are not of such a convolution.
int64_t side_of_packed(const Tensor& packed, int64_t in) {
  for (const int64_t side : {2, 4}) {
    if (packed.dim() == 2 && packed.size(1) == panel_values(side, in)) return side;
  }
  return 0;
}

// [panels, values of a panel]: the weights as every pass with them reads them; best for maps of such a size.
Tensor packed_of(const Tensor& weight, const int64_t* size) {
  const int64_t out = weight.size(0), in = weight.size(1);
  const ct::ConvShape shape{size[0], size[2], size[3], in, out, kernel_kind(weight.scalar_type())};
  const int64_t side = packed_side(shape);
  Tensor packed = at::empty({out / ct::kPanel, panel_values(side, in)}, at::TensorOptions(weight.scalar_type()));
  const char* from = static_cast<const char*>(weight.const_data_ptr());
  Convolution{shape, false, side, weight.scalar_type(), nullptr, from, nullptr}.pack(
      static_cast<char*>(packed.mutable_data_ptr()));
  return packed;
}

Tensor convolve_packed(const Tensor& x, const Tensor& packed, const Tensor& shift, const Tensor& residual, bool relu) {
  CT_NAMED("own::winograd_packed");
  const int64_t out = packed.size(0) * ct::kPanel;
  const ct::ConvShape shape{x.size(0), x.size(2), x.size(3), x.size(1), out, kernel_kind(x.scalar_type())};
  Tensor y = at::empty({shape.images, out, shape.height, shape.width}, x.options(), at::MemoryFormat::ChannelsLast);
  const char* from = static_cast<const char*>(x.const_data_ptr());
  Convolution{shape, false,   side_of_packed(packed, shape.in), x.scalar_type(),
              from,  nullptr, y.mutable_data_ptr(),          static_cast<const char*>(packed.const_data_ptr()),
              epilogue_of(shift, residual, relu)}
      .run();
  return y;
}

bool packed_fits(const Tensor& x, const Tensor& packed, const Tensor& shift, const Tensor& residual) {
  const at::ScalarType kind = packed.scalar_type();
  const int64_t in = x.dim() == 4 ? x.size(1) : 0;
  return map_fits(x, in, kind) && side_of_packed(packed, in) != 0 &&
         epilogue_fits(shift, residual, {x.size(0), packed.size(0) * ct::kPanel, x.size(2), x.size(3)}, kind);
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

// The transformed weights, for many passes without gradients, first over a map of `size` [n, c, h, w].
char* ct_winograd_pack(Handle weight, const int64_t* size, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (weight_fits(*weight)) *out = new Tensor(packed_of(*weight, size));
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
