// Parts of a pass, each by one thread of libtorch's team: loops inside of them find themselves in one and stay there.
#include "parallel.h"
#include "shim.h"

extern "C" {

// `run` must not throw.
char* ct_side_by_side(int64_t parts, void (*run)(const void* of, int64_t part), const void* of) {
  CT_TRY({
    ct::parallel_for(0, parts, 1, [&](int64_t from, int64_t to) {
      for (int64_t part = from; part < to; ++part) run(of, part);
    });
  })
}

}  // extern "C"
