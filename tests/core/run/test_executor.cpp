#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/softmax.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/run/graph_writer.h"
#include "run/dtypes.h"
#include "run/executor.h"
#include "run/memory_limit.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

/// Calls a function after every node.
class Watcher : public ExecutionObserver {
  public:
    using Function = std::function<void(std::size_t, const Node&, const std::vector<at::Tensor>&, std::int64_t)>;
    explicit Watcher(Function function) : function_(std::move(function)) {}
    void afterNode(std::size_t index, const Node& node, const std::vector<at::Tensor>& outputs,
                   std::int64_t liveBytes) override {
        function_(index, node, outputs, liveBytes);
    }
    bool wantsLiveBytes() const override { return true; }

  private:
    Function function_;
};

at::Tensor runNative(const Graph& graph, const at::Tensor& input, const std::string& name = "fp32") {
    auto executor = Executor::prepare(graph, {.format = format(name)});
    if (!executor) throw std::runtime_error(executor.error().text());
    auto output = executor->run(input);
    if (!output) throw std::runtime_error(output.error().text());
    return *output;
}

TEST(Executor, FillsDefaultsAndTakesArgumentsByPositionOrName) {
    const at::Tensor x = normal({2, 6}, 1), w = normal({6}, 2), b = normal({6}, 3);
    GraphWriter g;
    const ValueRef in = g.input(), weight = g.weight("norm.weight", w), bias = g.weight("norm.bias", b);
    // eps and cudnn_enable are left out; one integer stands for a float, one number for int[1].
    const ValueRef y =
        g.call("aten::layer_norm", "norm",
               {{"input", in}, {"", ints({6})}, {"weight", weight}, {"bias", bias}, {"eps", std::int64_t{1}}});
    const Graph graph = g.finish(y);
    EXPECT_FALSE(Executor::prepare(graph, {})) << "position 0 is taken by the name input, so a list is no tensor";

    GraphWriter h;
    const ValueRef in2 = h.input(), weight2 = h.weight("norm.weight", w), bias2 = h.weight("norm.bias", b);
    const Graph named = h.finish(h.call("aten::layer_norm", "norm",
                                        {{"input", in2},
                                         {"normalized_shape", ints({6})},
                                         {"weight", weight2},
                                         {"bias", bias2},
                                         {"eps", std::int64_t{1}}}));
    EXPECT_TRUE(sameBits(runNative(named, x), at::layer_norm(x, {6}, w, b, 1.0)));
}

TEST(Executor, ANumberWhereATensorIsAskedDoesNotPromote) {
    for (const std::string name : {"bf16", "fp16", "fp32"}) {
        GraphWriter g;
        const ValueRef scaled = g.call("aten::mul", "scale", {{"", g.input()}, {"", 0.3}}, "Tensor");
        const at::Tensor x = normal({3, 4}, 5);
        const at::Tensor y = runNative(g.finish(scaled), x, name);
        const at::Tensor narrow = x.to(*nativeDType(format(name)));
        EXPECT_TRUE(sameBits(y, narrow.mul(0.3))) << name;
    }
}

TEST(Executor, ListsOfTensorsGoInAndComeOut) {
    const at::Tensor x = normal({2, 6}, 7);
    GraphWriter g;
    const auto parts =
        g.callList("aten::chunk", "split", {{"", g.input()}, {"chunks", std::int64_t{3}}, {"dim", std::int64_t{1}}}, 3);
    const Graph graph = g.finish(
        g.call("aten::cat", "join", {{"", std::vector<ValueRef>{parts[2], parts[0]}}, {"dim", std::int64_t{1}}}));
    EXPECT_TRUE(sameBits(runNative(graph, x), at::cat({x.slice(1, 4, 6), x.slice(1, 0, 2)}, 1)));

    auto executor = Executor::prepare(graph, {});
    const auto wrong = executor->run(normal({2, 2}, 7));  // two chunks, not three
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().op, "aten::chunk");
    EXPECT_EQ(wrong.error().layer, "split");
}

TEST(Executor, SizesKnownOnlyAtRunTimeAreComputed) {
    GraphWriter g;
    const ValueRef in = g.input();
    const ValueRef batch = g.call("scalar::size", "", {{"", in}, {"", std::int64_t{0}}});
    const ValueRef width = g.call("scalar::size", "", {{"", in}, {"", std::int64_t{1}}});
    const ValueRef half = g.call("scalar::floordiv", "", {{"", width}, {"", std::int64_t{2}}});
    const Graph graph = g.finish(
        g.call("aten::reshape", "", {{"", in}, {"shape", std::vector<IntOrRef>{batch, std::int64_t{2}, half}}}));
    auto executor = Executor::prepare(graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    for (const auto& [n, w] : {std::pair{2, 6}, {5, 10}}) {
        const auto y = executor->run(normal({n, w}, 1));
        ASSERT_TRUE(y) << y.error().text();
        EXPECT_EQ(y->sizes().vec(), (std::vector<std::int64_t>{n, 2, w / 2}));
    }
    EXPECT_FALSE(executor->run(normal({2, 7}, 1)));
}

TEST(Executor, CastsWhatIsFloatingAndNothingElse) {
    const at::Tensor counter = at::full({3}, 70'000, at::kLong);  // BF16 would make 70144 of it
    GraphWriter g;
    const ValueRef in = g.input();
    const ValueRef weight = g.weight("scale.weight", normal({3}, 2));
    const ValueRef count = g.weight("scale.count", counter, false);
    const ValueRef constant = g.constant("constant_1", at::full({3}, 1.0F / 3));
    g.call("aten::mul", "scale", {{"", in}, {"", weight}}, "Tensor");
    const ValueRef sum = g.call("aten::add", "scale", {{"", count}, {"", constant}}, "Tensor");
    const Graph graph = g.finish(sum);
    auto executor = Executor::prepare(graph, {.format = format("bf16")});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto held = executor->weights();
    EXPECT_EQ(held.at("scale.weight").scalar_type(), at::kBFloat16);
    EXPECT_TRUE(sameBits(held.at("scale.count"), counter));
    EXPECT_TRUE(sameBits(held.at("constant_1"), at::full({3}, 1.0F / 3)))
        << "the program text's own numbers keep their type";
    EXPECT_EQ(executor->heldWeightBytes(), 3 * 2 + 3 * 8 + 3 * 4);
    EXPECT_EQ(executor->parameterNames(), std::vector<std::string>{"scale.weight"});
}

TEST(Executor, RunsLeaveTheFileAndEachOtherAlone) {
    const at::Tensor w = normal({4}, 3);
    const at::Tensor before = w.clone();
    GraphWriter g;
    const ValueRef in = g.input(), weight = g.weight("w", w);
    g.call("aten::add_", "", {{"", weight}, {"", std::int64_t{0}}}, "Scalar");
    const ValueRef y = g.call("aten::mul", "", {{"", in}, {"", weight}}, "Tensor");
    g.call("aten::relu_", "", {{"", y}});
    const Graph graph = g.finish(y);
    auto executor = Executor::prepare(graph, {});
    const at::Tensor x = normal({4}, 4);
    const auto first = executor->run(x), second = executor->run(x);
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(sameBits(*first, *second));
    EXPECT_TRUE(sameBits(x, normal({4}, 4)));
    executor->weights().at("w").mul_(2);
    EXPECT_TRUE(sameBits(*executor->run(x), first->mul(2)));
    EXPECT_TRUE(sameBits(w, before)) << "the executor works on copies";
}

TEST(Executor, StopsBetweenNodesAndCanRunAgain) {
    GraphWriter g;
    ValueRef x = g.input();
    for (int i = 0; i < 10; ++i)
        x = g.call("aten::add", "block." + std::to_string(i), {{"", x}, {"", std::int64_t{1}}}, "Tensor");
    const Graph graph = g.finish(x);
    auto executor = Executor::prepare(graph, {});
    std::stop_source source;
    std::size_t seen = 0, told = 0;
    Watcher watcher([&](std::size_t index, const Node&, const std::vector<at::Tensor>&, std::int64_t) {
        ++seen;
        if (index == 3) source.request_stop();
    });
    const auto stopped = executor->run(
        normal({2}, 1),
        {.stop = source.get_token(), .observer = &watcher, .progress = [&](std::size_t done, std::size_t total) {
             told = done;
             EXPECT_EQ(total, 10U);
         }});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
    EXPECT_EQ(seen, 4U);
    EXPECT_EQ(told, 4U);
    EXPECT_TRUE(sameBits(*executor->run(normal({2}, 1)), runNative(graph, normal({2}, 1))));
}

TEST(Executor, AFailingOperatorIsNamedWithItsLayer) {
    GraphWriter g;
    const ValueRef x = g.call("aten::relu", "stem", {{"", g.input()}});
    const Graph missing = g.finish(g.call("aten::bitwise_not", "head.flip", {{"", x}}));
    auto executor = Executor::prepare(missing, {.format = format("fp16")});
    ASSERT_TRUE(executor);
    const auto noKernel = executor->run(normal({2}, 1));
    ASSERT_FALSE(noKernel);
    EXPECT_EQ(noKernel.error().code, ErrorCode::noKernel);
    EXPECT_EQ(noKernel.error().op, "aten::bitwise_not");
    EXPECT_EQ(noKernel.error().layer, "head.flip");
    EXPECT_NE(noKernel.error().text().find("not implemented for 'Half'"), std::string::npos) << noKernel.error().text();
    EXPECT_EQ(noKernel.error().text().find('\n'), std::string::npos) << "one line, no backtrace";

    GraphWriter h;
    const ValueRef w = h.weight("fc.weight", normal({3, 5}, 1));
    const Graph misfit = h.finish(h.call("aten::linear", "fc", {{"", h.input()}, {"", w}}));
    auto other = Executor::prepare(misfit, {});
    const auto wrong = other->run(normal({2, 4}, 1));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::unsupported);
    EXPECT_EQ(wrong.error().op, "aten::linear");
    EXPECT_EQ(wrong.error().layer, "fc");
}

TEST(Executor, CountsDistinctStoragesAliveAndFreesAfterTheLastUse) {
    GraphWriter g;
    const ValueRef in = g.input();                                                                // 400 bytes
    const ValueRef a = g.call("aten::relu", "a", {{"", in}});                                     // 400 more
    const ValueRef view = g.call("aten::reshape", "view", {{"", a}, {"shape", ints({10, 10})}});  // none
    const ValueRef b = g.call("aten::cat", "b", {{"", std::vector<ValueRef>{view, view}}});       // 800
    const ValueRef c = g.call("aten::sum", "c", {{"", b}, {"dtype", None{}}});                    // 4
    const Graph graph = g.finish(c);
    auto executor = Executor::prepare(graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    std::vector<std::int64_t> bytes;
    Watcher watcher(
        [&](std::size_t, const Node&, const std::vector<at::Tensor>&, std::int64_t live) { bytes.push_back(live); });
    ASSERT_TRUE(executor->run(normal({100}, 1), {.observer = &watcher}));
    // After each node its own inputs still count; the graph's input goes once relu has read it.
    EXPECT_EQ(bytes, (std::vector<std::int64_t>{800, 400, 1200, 804}));
}

TEST(Executor, AValueNobodyReadsIsFreedAndWeightsStay) {
    GraphWriter g;
    const ValueRef in = g.input(), w = g.weight("w", normal({100}, 2));
    g.call("aten::mul", "unused", {{"", in}, {"", w}}, "Tensor");
    const Graph graph = g.finish(g.call("aten::add", "used", {{"", in}, {"", w}}, "Tensor"));
    auto executor = Executor::prepare(graph, {});
    std::vector<std::int64_t> bytes;
    Watcher watcher(
        [&](std::size_t, const Node&, const std::vector<at::Tensor>&, std::int64_t live) { bytes.push_back(live); });
    ASSERT_TRUE(executor->run(normal({100}, 1), {.observer = &watcher}));
    EXPECT_EQ(bytes, (std::vector<std::int64_t>{800, 800})) << "weights are not activations";
}

TEST(Executor, AnUpcastBakedInByAnExportGoesBackToTheModelsType) {
    // HF's eager attention: softmax in FP32, then .to(query.dtype), which an FP32 export writes down as FP32.
    GraphWriter g;
    const ValueRef in = g.input();
    const ValueRef wide =
        g.call("aten::softmax", "attention", {{"", in}, {"dim", std::int64_t{1}}, {"dtype", DType::f32}}, "int");
    const ValueRef back = g.call("aten::to", "attention", {{"", wide}, {"dtype", DType::f32}}, "dtype");
    const Graph graph = g.finish(back);
    const at::Tensor x = normal({2, 5}, 9);
    for (const std::string name : {"bf16", "fp16", "fp64"}) {
        const auto dtype = *nativeDType(format(name));
        EXPECT_TRUE(sameBits(runNative(graph, x, name), at::softmax(x.to(dtype), 1, at::kFloat).to(dtype))) << name;
    }
    EXPECT_TRUE(sameBits(runNative(graph, x), at::softmax(x, 1)));

    GraphWriter h;  // of a narrow value it stays the upcast that it says
    const Graph upcast = h.finish(h.call("aten::to", "norm", {{"", h.input()}, {"dtype", DType::f32}}, "dtype"));
    EXPECT_TRUE(sameBits(runNative(upcast, x, "bf16"), x.to(at::kBFloat16).to(at::kFloat)));
}

TEST(Executor, LayersMayRunInADTypeOfTheirOwn) {
    const at::Tensor x = normal({3, 8}, 1), w1 = normal({8, 8}, 2), w2 = normal({4, 8}, 3);
    GraphWriter g;
    const ValueRef in = g.input(), first = g.weight("body.weight", w1), second = g.weight("classifier.weight", w2);
    const ValueRef hidden =
        g.call("aten::relu", "body", {{"", g.call("aten::linear", "body", {{"", in}, {"", first}})}});
    const Graph graph = g.finish(g.call("aten::linear", "classifier", {{"", hidden}, {"", second}}));
    auto executor = Executor::prepare(graph, {.format = format("bf16"), .overrides = {{"classifier", format("fp32")}}});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto y = executor->run(x);
    ASSERT_TRUE(y) << y.error().text();
    const at::Tensor narrow = at::relu(at::linear(x.to(at::kBFloat16), w1.to(at::kBFloat16)));
    EXPECT_TRUE(sameBits(*y, at::linear(narrow.to(at::kFloat), w2)));
    EXPECT_EQ(executor->heldWeightBytes(), 64 * 2 + 32 * 4);
}

TEST(Executor, NativeNeedsATypeOfLibTorchs) {
    GraphWriter g;
    const Graph graph = g.finish(g.call("aten::relu", "", {{"", g.input()}}));
    for (const char* name : {"tf32", "e4m3", "int8", "e6m9"}) {
        const auto executor = Executor::prepare(graph, {.format = *findFormat(name)});
        ASSERT_FALSE(executor) << name;
        EXPECT_EQ(executor.error().code, ErrorCode::noKernel);
    }
    const auto finer =
        Executor::prepare(graph, {.format = format("fp64"), .kernels = PrecisionPlan::Kernels::emulated});
    ASSERT_FALSE(finer) << "FP32 arithmetic cannot show what FP64 does";
    EXPECT_EQ(finer.error().code, ErrorCode::unsupported);
}

TEST(Executor, AModelCannotAskForMoreMemoryThanThereIs) {
    // 2^44 bytes at once; and 2^28 at a time, all kept, until the sum is too much. Nothing is touched before it is
    // refused.
    const auto wide = [](GraphWriter& g, std::int64_t count, const std::string& layer) {
        return g.call("aten::empty", layer, {{"size", ints({count})}, {"dtype", DType::f32}}, "memory_format");
    };
    GraphWriter once;
    once.input();
    const Graph single = once.finish(wide(once, std::int64_t{1} << 42, "wide"));
    auto executor = Executor::prepare(single, {});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto refused = executor->run(normal({1}, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().op, "aten::empty");
    EXPECT_EQ(refused.error().layer, "wide");

    GraphWriter often;
    std::vector<ValueRef> kept{often.input()};
    const std::int64_t each = activationBudget() / 8 / 4;
    for (int i = 0; i < 12; ++i) kept.push_back(wide(often, each, "many." + std::to_string(i)));
    const Graph many = often.finish(often.call("aten::cat", "all", {{"", kept}}));
    auto second = Executor::prepare(many, {});
    ASSERT_TRUE(second);
    const auto summed = second->run(normal({1}, 1));
    ASSERT_FALSE(summed);
    EXPECT_EQ(summed.error().op, "aten::empty") << summed.error().text();
    EXPECT_NE(summed.error().message.find("activations take"), std::string::npos) << summed.error().message;
}

TEST(Executor, TheMemoryLimitEndsWithTheRun) {
    {
        const TensorSizeLimit limit(1000);
        EXPECT_THROW(at::full({251}, 1.0F), c10::Error);
        EXPECT_EQ(at::full({250}, 1.0F).numel(), 250);
        {
            const TensorSizeLimit tighter(100);
            EXPECT_THROW(at::full({250}, 1.0F), c10::Error);
        }
        EXPECT_EQ(at::full({250}, 1.0F).numel(), 250);
    }
    EXPECT_EQ(at::full({251}, 1.0F).numel(), 251);
}

TEST(Executor, GradientsFlowThroughViewsAndInPlaceOperators) {
    const at::Tensor w = normal({4, 3}, 2), x = normal({5, 3}, 1);
    GraphWriter g;
    const ValueRef in = g.input(), weight = g.weight("fc.weight", w);
    const ValueRef y = g.call("aten::linear", "fc", {{"", in}, {"", weight}});
    const ValueRef active = g.call("aten::relu_", "act", {{"", y}});
    const ValueRef turned =
        g.call("aten::transpose", "turn", {{"", active}, {"dim0", std::int64_t{0}}, {"dim1", std::int64_t{1}}}, "int");
    const Graph graph = g.finish(g.call("aten::dropout", "drop", {{"", turned}, {"p", 0.5}, {"train", false}}));
    auto executor = Executor::prepareForTraining(graph);
    ASSERT_TRUE(executor) << executor.error().text();
    const c10::AutoGradMode gradients(true);

    executor->setTraining(true);
    const auto dropped = executor->run(x);
    ASSERT_TRUE(dropped) << dropped.error().text();
    const at::Tensor whole = at::relu(at::linear(x, w)).t();
    EXPECT_FALSE(at::equal(dropped->detach(), whole)) << "half of it is gone in training";

    executor->setTraining(false);
    const auto output = executor->run(x);
    ASSERT_TRUE(output) << output.error().text();
    EXPECT_TRUE(at::equal(output->detach(), whole));
    output->square().sum().backward();
    const at::Tensor own = w.clone().requires_grad_(true);
    at::relu(at::linear(x, own)).square().sum().backward();
    EXPECT_TRUE(at::equal(executor->weights().at("fc.weight").grad(), own.grad()));
}

}  // namespace
