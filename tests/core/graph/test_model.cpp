#include <gtest/gtest.h>

#include <set>

#include "core/graph/model_folder.h"
#include "graph/model.h"

namespace {

using namespace mantissa;
using mantissa::test::floats;

/// 7 parameters; persistent buffers: 3 floating elements and a counter; a constant of 100 elements that no state dict
/// holds.
Model counted() {
    Model model;
    TensorRecord counter;
    counter.name = "n";
    counter.dtype = DType::i64;
    model.graph.weights = {
        {.tensor = floats("w", {2, 3}), .value = 0},
        {.tensor = floats("scalar", {}), .value = 1},
        {.tensor = floats("mean", {3}), .value = 2, .isParameter = false},
        {.tensor = counter, .value = 3, .isParameter = false},
        {.tensor = floats("constant", {100}), .value = 4, .isParameter = false, .persistent = false}};
    return model;
}

TEST(Model, CountsParametersAndPersistentBuffers) {
    EXPECT_EQ(counted().parameterCount(), 7);
    EXPECT_EQ(counted().bufferCount(), 4);
}

TEST(Model, CountsBytesByTheFormatAndLeavesIntegersTheirType) {
    for (const auto& [name, bytes] : {std::pair{"fp64", 88}, {"fp32", 48}, {"bf16", 28}, {"e4m3", 18}, {"e2m1", 13}})
        EXPECT_EQ(counted().bytesIn(format(name)), bytes) << name;
    // Formats with scales hold matrices only: 6 values of half a byte, and 4 in FP32 beside the counter's 8 bytes.
    EXPECT_EQ(counted().bytesIn(*findFormat("mxfp4")), 3 + 4 * 4 + 8);
}

TEST(Model, RoundsBitsUpToBytes) {
    Model model;
    model.graph.weights = {{.tensor = floats("w", {3}), .value = 0}};
    EXPECT_EQ(model.bytesIn(format("e2m1")), 2);
    EXPECT_EQ(model.bytesIn(format("e3m2")), 3);
}

TEST(Model, NamesAClassByItsLabelOrItsNumber) {
    Model model;
    EXPECT_EQ(model.label(4), "class 4");
    model.labels = {"cat", "", "crane"};
    EXPECT_EQ(model.label(0), "cat");
    EXPECT_EQ(model.label(1), "class 1");
    EXPECT_EQ(model.label(3), "class 3");
}

TEST(Model, NamesEveryKindDifferently) {
    std::set<std::string_view> names;
    for (const auto kind : {ModelKind::huggingFace, ModelKind::torchScript, ModelKind::exportedProgram, ModelKind::onnx,
                            ModelKind::bareWeights}) {
        EXPECT_FALSE(kindName(kind).empty());
        EXPECT_TRUE(names.insert(kindName(kind)).second);
    }
}

}  // namespace
