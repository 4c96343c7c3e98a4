#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/Parallel.h>

namespace mantissa {

/// LibTorch's threads as asked for while this lives (0: left alone); what was set before comes back.
class ThreadCount {
  public:
    explicit ThreadCount(int threads) : before_(at::get_num_threads()) {
        if (threads > 0) at::set_num_threads(threads);
    }
    ~ThreadCount() {
        if (at::get_num_threads() != before_) at::set_num_threads(before_);
    }
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;

  private:
    int before_;
};

}  // namespace mantissa
