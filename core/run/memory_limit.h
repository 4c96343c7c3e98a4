#pragma once

#include <cstdint>

namespace mantissa {

/// Bytes that the activations of a model may take: half of what new allocations can have without swapping (MemAvailable
/// of /proc/meminfo, proc(5)), so that what an operator holds besides its result fits too; 4 GiB where that is not
/// said.
std::int64_t activationBudget();

/// While it lives, a tensor of more than `bytes` cannot be allocated on this thread: LibTorch throws c10::Error
/// instead. A few operators in a file can ask for any amount (aten::full, aten::repeat), and Linux grants more than
/// there is until it is used.
class TensorSizeLimit {
  public:
    explicit TensorSizeLimit(std::int64_t bytes);
    ~TensorSizeLimit();
    TensorSizeLimit(const TensorSizeLimit&) = delete;
    TensorSizeLimit& operator=(const TensorSizeLimit&) = delete;

  private:
    std::int64_t before_;
};

}  // namespace mantissa
