#include <gtest/gtest.h>

#include <utility>

#include "core/run/graph_writer.h"
#include "study/latency.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

class TimeInTurns : public testing::Test {
  protected:
    void SetUp() override {
        GraphWriter g;
        graph_ = g.finish(g.call("aten::relu", "", {{"", g.input()}}));
        for (int i = 0; i < 3; ++i) executors_.push_back(Executor::prepare(graph_, {}).value());
        for (auto& executor : executors_) timed_.push_back({.executor = &executor});
    }

    TimingOptions noting(TimingOptions options) {
        options.progress = [this](std::size_t executor, int run) { turns_.emplace_back(executor, run); };
        return options;
    }

    Graph graph_;
    std::vector<Executor> executors_;
    std::vector<TimedExecutor> timed_;
    std::vector<std::pair<std::size_t, int>> turns_;
    at::Tensor input_ = normal({1, 4}, 1);
};

TEST_F(TimeInTurns, EveryRoundStartsWithAnotherAndWarmUpIsNotCounted) {
    ASSERT_TRUE(timeInTurns(timed_, input_, noting({.warmup = 1, .runs = 2})));
    EXPECT_EQ(turns_, (std::vector<std::pair<std::size_t, int>>{
                          {0, 0}, {1, 0}, {2, 0}, {1, 1}, {2, 1}, {0, 1}, {2, 2}, {0, 2}, {1, 2}}));
    for (const auto& timed : timed_) {
        EXPECT_EQ(timed.milliseconds.size(), 2U);
        for (const double ms : timed.milliseconds) EXPECT_GT(ms, 0);
    }
}

TEST_F(TimeInTurns, TheTimeLimitLeavesAtLeastOneRun) {
    ASSERT_TRUE(timeInTurns(timed_, input_, noting({.runs = 50, .timeLimitSeconds = 1e-12})));
    for (const auto& timed : timed_) EXPECT_EQ(timed.milliseconds.size(), 1U);
    EXPECT_EQ(turns_.size(), 3U);
}

TEST_F(TimeInTurns, CancellingKeepsWhatWasTimed) {
    std::stop_source source;
    TimingOptions options{.runs = 50, .stop = source.get_token()};
    options.progress = [&](std::size_t executor, int run) {
        if (run == 2 && executor == 0) source.request_stop();
    };
    const auto status = timeInTurns(timed_, input_, options);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::cancelled);
    EXPECT_EQ(timed_[2].milliseconds.size(), 3U);  // round 2 begins with the third
    EXPECT_EQ(timed_[0].milliseconds.size(), 2U);
}

TEST(LatencyOf, MedianOfOddEvenAndNone) {
    EXPECT_FALSE(latencyOf({}));
    const auto odd = latencyOf({9, 1, 4});
    EXPECT_EQ(std::tuple(odd->min, odd->median, odd->max, odd->runs), std::tuple(1.0, 4.0, 9.0, 3));
    const auto even = latencyOf({9, 1, 4, 2});
    EXPECT_EQ(std::tuple(even->min, even->median, even->max, even->runs), std::tuple(1.0, 3.0, 9.0, 4));
    EXPECT_EQ(latencyOf({7})->median, 7);
}

}  // namespace
