// A loop over the threads of libtorch's team.
//
// `at::parallel_for` is a template that runs in the caller's thread alone unless the including file is compiled with
// OpenMP; build.rs does so, and the functions that the compiler then calls are found in the OpenMP that libtorch has
// loaded. Apple's compiler has none: there the system's own team does the work.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#ifdef __APPLE__

#include <dispatch/dispatch.h>

namespace ct {

inline int& slot_of_thread() {
  thread_local int slot = 0;
  return slot;
}

// Which of the at most at::get_num_threads() parts of a loop runs here.
inline int thread_slot() { return slot_of_thread(); }

template <typename F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f) {
  const int64_t count = end - begin, most = std::max<int64_t>(1, count / std::max<int64_t>(1, grain));
  const int64_t parts = std::min<int64_t>(at::get_num_threads(), most), size = (count + parts - 1) / parts;
  if (count <= 0) return;
  struct Loop {
    const F& f;
    int64_t begin, end, size;
  } loop{f, begin, end, size};
  dispatch_apply_f(static_cast<size_t>(parts), DISPATCH_APPLY_AUTO, &loop, [](void* context, size_t part) {
    const Loop& loop = *static_cast<Loop*>(context);
    const int64_t from = loop.begin + static_cast<int64_t>(part) * loop.size;
    const int64_t to = std::min(loop.end, from + loop.size);
    const int outer = slot_of_thread();
    slot_of_thread() = static_cast<int>(part);
    if (from < to) loop.f(from, to);
    slot_of_thread() = outer;
  });
}

}  // namespace ct

#else

#ifndef _OPENMP
#error "the shim is compiled with OpenMP, or its loops would use one thread"
#endif

namespace ct {

inline int thread_slot() { return at::get_thread_num(); }

// Pieces that a thread's part of a loop is taken in.
constexpr int64_t kPieces = 8;

// Each thread takes its own part piece by piece, and then pieces of the others' parts: on a core that has something else to do,
// like decoding images, a thread falls behind, and the others need not wait for it. `f` is called several times by a thread, with
// bounds that are multiples of `grain` from `begin` on.
template <typename F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f) {
  const int64_t count = end - begin, threads = at::get_num_threads();
  if (count <= 0) return;
  if (count <= grain || threads == 1 || at::in_parallel_region()) return f(begin, end);
  auto in_grains = [&](int64_t value, int64_t over) { return ((value + over - 1) / over + grain - 1) / grain * grain; };
  const int64_t size = in_grains(count, threads), piece = in_grains(size, kPieces), parts = (count + size - 1) / size;
  struct alignas(64) Part {
    std::atomic<int64_t> next;
    int64_t end;
  };
  const auto all = std::make_unique<Part[]>(parts);
  for (int64_t part = 0; part < parts; ++part) {
    all[part].next = begin + part * size;
    all[part].end = std::min(begin + (part + 1) * size, end);
  }
  at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
    for (int64_t turn = first; turn < last + parts - 1; ++turn) {
      Part& part = all[turn % parts];
      for (int64_t from; (from = part.next.fetch_add(piece, std::memory_order_relaxed)) < part.end;) {
        f(from, std::min(from + piece, part.end));
      }
    }
  });
}

}  // namespace ct

#endif
