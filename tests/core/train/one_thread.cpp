#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace {

/// The tensors of these tests are too small to share: on a busy machine most of the time would go into waiting for
/// threads.
class OneThread : public testing::Environment {
    void SetUp() override { at::set_num_threads(1); }
};

const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace
