// Time by operator, for the benchmark: libtorch tells of each operator's start and end, our kernels of theirs (CT_NAMED).
#include "shim.h"

#include <ATen/record_function.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
  int64_t calls = 0;
  int64_t nanoseconds = 0;
};

std::mutex tallies_mutex;
std::map<std::string, Tally> tallies;
at::CallbackHandle callback = 0;

// An operator that runs; what it calls counts for the callee.
struct Running : at::ObserverContext {
  Running* caller;
  Clock::time_point began;
  int64_t inner = 0;
};

thread_local Running* running = nullptr;

std::unique_ptr<at::ObserverContext> start(const at::RecordFunction&) {
  auto one = std::make_unique<Running>();
  one->caller = running;
  running = one.get();
  one->began = Clock::now();
  return one;
}

void end(const at::RecordFunction& function, at::ObserverContext* context) {
  auto* one = static_cast<Running*>(context);
  const int64_t took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - one->began).count();
  running = one->caller;
  if (running != nullptr) running->inner += took;
  const std::lock_guard lock(tallies_mutex);
  Tally& tally = tallies[function.name()];
  tally.calls += 1;
  tally.nanoseconds += took - one->inner;
}

}  // namespace

extern "C" {

// Counts from now on, on all threads.
char* ct_profile_start() {
  CT_TRY({
    if (callback != 0) at::removeCallback(callback);
    {
      const std::lock_guard lock(tallies_mutex);
      tallies.clear();
    }
    callback = at::addGlobalCallback(at::RecordFunctionCallback(start, end).scopes(
        {at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
  })
}

// Ends it. `out` is a line for each operator: name, calls, nanoseconds without what it called; by tabs. The caller frees it.
char* ct_profile_stop(char** out) {
  CT_TRY({
    if (callback != 0) at::removeCallback(callback);
    callback = 0;
    std::string text;
    const std::lock_guard lock(tallies_mutex);
    for (const auto& [name, tally] : tallies) {
      text += name + '\t' + std::to_string(tally.calls) + '\t' + std::to_string(tally.nanoseconds) + '\n';
    }
    *out = strdup(text.c_str());
  })
}

}  // extern "C"
