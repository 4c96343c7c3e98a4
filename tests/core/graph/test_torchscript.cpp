#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/model.h"
#include "temporary_folder.h"

// Scripted models with control flow and lists, written here, against LibTorch's own run of them, bit by bit.

namespace {

using namespace mantissa;
using namespace mantissa::test;

struct Script {
    std::string name;
    std::string source;    ///< methods; `self.weight` is [8, 3, 3, 3]
    std::string opaque{};  ///< words of the reason, where it runs as a whole
    std::string note{};    ///< words of the note, where it was traced
    int size = 224;        ///< the input size that is guessed
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

torch::jit::Module compiled(const std::string& source) {
    torch::jit::Module module("__torch__.Scripted");
    module.register_attribute("training", c10::BoolType::get(), true);
    module.register_parameter("weight", normal({8, 3, 3, 3}, 1, 0.3F), false);
    module.register_buffer("shift", normal({8}, 2));
    module.define(source);
    module.eval();
    return module;
}

at::Tensor unoptimised(const torch::jit::Module& module, at::ScalarType dtype, const at::Tensor& x) {
    const c10::AutoGradMode noGradients(false);
    const torch::jit::GraphOptimizerEnabledGuard guard(false);
    torch::jit::Module own = module.deepcopy();
    own.to(dtype);
    return own.forward({x.to(dtype)}).toTensor();
}

class ScriptedModel : public testing::TestWithParam<Script> {};

TEST_P(ScriptedModel, RunsToTheBitsOfLibTorchsOwnRun) {
    const Script& script = GetParam();
    const TemporaryFolder folder;
    const torch::jit::Module module = compiled(script.source);
    module.save((folder.path() / "scripted.pt").string());
    const auto model = openModel(folder.path() / "scripted.pt");
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->opaqueBecause.empty(), script.opaque.empty()) << (*model)->opaqueBecause;
    EXPECT_NE((*model)->opaqueBecause.find(script.opaque), std::string::npos) << (*model)->opaqueBecause;
    ASSERT_EQ((*model)->notes.size(), script.note.empty() && script.opaque.empty() ? 0U : 1U);
    if (!script.note.empty()) {
        EXPECT_NE((*model)->notes[0].find(script.note), std::string::npos) << (*model)->notes[0];
    }
    EXPECT_EQ((*model)->preprocessing.inputHeight(), script.size);
    EXPECT_EQ((*model)->parameterCount(), 8 * 27);
    EXPECT_EQ((*model)->architecture, "Scripted");
    // Pictures on either side of the conditions on data.
    for (const float sign : {1.0F, -1.0F}) {
        const at::Tensor x = normal({1, 3, script.size, script.size}, 3).add(sign);
        for (const auto& [format, dtype] :
             {std::pair{"fp32", at::kFloat}, {"bf16", at::kBFloat16}, {"fp16", at::kHalf}}) {
            const at::Tensor expected = unoptimised(module, dtype, x);
            EXPECT_TRUE(sameBits(observe((*model)->graph, x, format).logits, expected)) << format << sign;
        }
    }
}

const std::string kHead = "\n    return y.mean([2, 3]) + self.shift\n";

INSTANTIATE_TEST_SUITE_P(
    Scripts, ScriptedModel,
    testing::Values(Script{"plain",
                           "def forward(self, x: Tensor) -> Tensor:\n    y = torch.conv2d(x, self.weight)" + kHead},
                    Script{"known_condition", R"(
def forward(self, x: Tensor, flag: Optional[bool] = None) -> Tensor:
    y = torch.conv2d(x, self.weight)
    if flag is not None:
        y = y * 2
    if self.training:
        y = torch.dropout(y, 0.5, True))" + kHead},
                    Script{"known_loop", R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    for i in range(3):
        y = torch.relu(y + i))" + kHead},
                    Script{.name = "condition_on_shape",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    if x.size(2) > 100:
        y = torch.relu(y)
    else:
        y = torch.sigmoid(y))" + kHead,
                           .note = "traced at 224 × 224 px"},
                    Script{.name = "loop_on_shape",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    n = x.shape[2] // 100
    while n > 0:
        y = torch.relu(y + n)
        n -= 1)" + kHead,
                           .note = "repeats a part (loop)"},
                    Script{.name = "whole_shape", .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    n, c, h, w = y.shape
    y = y.reshape([n, c, h * w]).reshape(y.shape))" + kHead},
                    Script{.name = "only_at_32",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight).view([1, 8, 30, 30]))" +
                                     kHead,
                           .size = 32},
                    Script{.name = "appends", .source = R"(
def forward(self, x: Tensor) -> Tensor:
    parts = [torch.conv2d(x, self.weight)]
    other = parts
    for i in range(2):
        parts.append(torch.relu(torch.cat(other, 1)[:, :8]))
    parts.insert(0, other.pop())
    parts[1] = parts[1] * 2
    y = torch.stack(parts, 0).sum(0) + len(other))" + kHead},
                    Script{.name = "list_of_an_operator",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    out: List[Tensor] = []
    for part in torch.chunk(y, 4, 1):
        out.append(torch.relu(part))
    y = torch.cat(out, 1))" + kHead,
                           .note = "takes apart what chunk gives"},
                    Script{.name = "condition_on_data",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    if x.mean().item() > 0:
        y = torch.relu(y)
    else:
        y = torch.sigmoid(y))" + kHead,
                           .opaque = "decides by a condition (if) as its data tell"},
                    Script{.name = "loop_on_data",
                           .source = R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    while bool((y.abs().mean() > 0.1)):
        y = y * 0.5)" + kHead,
                           .opaque = "repeats a part (loop) as its data tell"},
                    Script{.name = "list_by_data",
                           .source = R"(
def helper(self, parts: List[Tensor], y: Tensor):
    parts.append(torch.relu(y))
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    parts: List[Tensor] = []
    n = int(x.mean() > 0) + 1
    for i in range(n):
        self.helper(parts, y)
    names: Dict[str, Tensor] = {"y": torch.stack(parts, 0).sum(0)}
    y, z = (names["y"], n))" + kHead,
                           .opaque = "as its data tell"}),
    [](const auto& p) { return p.param.name; });

TEST(ScriptedModelTraced, RefusesAPictureOfAnotherSize) {
    const TemporaryFolder folder;
    compiled(
        "def forward(self, x: Tensor) -> Tensor:\n    y = torch.conv2d(x, self.weight)\n    if x.size(2) > 100:\n"
        "        y = torch.relu(y)" +
        kHead)
        .save((folder.path() / "a.pt").string());
    const auto model = openModel(folder.path() / "a.pt");
    ASSERT_TRUE(model) << model.error().text();
    auto executor = Executor::prepare((*model)->graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto logits = executor->run(normal({1, 3, 64, 64}, 1));
    ASSERT_FALSE(logits);
    EXPECT_NE(logits.error().text().find("was traced at 224 × 224 px"), std::string::npos) << logits.error().text();
}

class WholeProgram : public testing::Test {
  protected:
    void SetUp() override {
        compiled(R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv2d(x, self.weight)
    n = 0
    while bool(y.abs().max() > 0) and n < 100000:
        n += 1)" +
                 kHead)
            .save((folder_.path() / "a.pt").string());
        auto opened = openModel(folder_.path() / "a.pt");
        ASSERT_TRUE(opened) << opened.error().text();
        model_ = *opened;
    }
    TemporaryFolder folder_;
    ModelPtr model_;
};

TEST_F(WholeProgram, CanBeEmulatedForItsWeightsAlone) {
    const PrecisionPlan emulated{.format = format("e4m3"), .kernels = PrecisionPlan::Kernels::emulated};
    const auto executor = Executor::prepare(model_->graph, emulated);
    ASSERT_FALSE(executor);
    EXPECT_NE(executor.error().text().find("runs as a whole"), std::string::npos) << executor.error().text();
    PrecisionPlan weights = emulated;
    weights.scope = CastScope::weights;
    EXPECT_TRUE(Executor::prepare(model_->graph, weights));
    EXPECT_FALSE(Executor::prepare(model_->graph, {.overrides = {{"layer", format("bf16")}}}));
}

TEST_F(WholeProgram, StopsWhenAsked) {
    auto executor = Executor::prepare(model_->graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    std::stop_source source;
    std::jthread asks([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        source.request_stop();
    });
    const auto logits = executor->run(normal({1, 3, 224, 224}, 1), {.stop = source.get_token()});
    ASSERT_FALSE(logits);
    EXPECT_EQ(logits.error().code, ErrorCode::cancelled) << logits.error().text();
}

TEST_F(WholeProgram, DoesNotChangeTheModelItCameFrom) {
    compiled(R"(
def forward(self, x: Tensor) -> Tensor:
    self.shift.add_(1)
    y = torch.conv2d(x, self.weight)
    if bool(y.sum() > 0):
        y = y * 2)" +
             kHead)
        .save((folder_.path() / "b.pt").string());
    const auto model = openModel(folder_.path() / "b.pt");
    ASSERT_TRUE(model) << model.error().text();
    const at::Tensor x = normal({1, 3, 224, 224}, 1);
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, observe((*model)->graph, x).logits));
}

}  // namespace
