// A loop over the threads of libtorch's team.
//
// `at::parallel_for` is a template that runs in the caller's thread alone unless the including file is compiled with
// OpenMP; build.rs does so, and the functions that the compiler then calls are found in the OpenMP that libtorch has
// loaded. Apple's compiler has none: there the system's own team does the work.
#pragma once

#include <ATen/Parallel.h>

#include <cstdint>

#ifdef __APPLE__

#include <dispatch/dispatch.h>

#include <algorithm>

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

template <typename F>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f) {
  at::parallel_for(begin, end, grain, f);
}

}  // namespace ct

#endif
