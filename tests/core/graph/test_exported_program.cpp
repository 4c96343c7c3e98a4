#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickler.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "core/graph/exported_file.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"

// What a `.pt2` file says and what the Graph made of it computes.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

at::Tensor counted(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    at::Tensor values = at::empty({count});
    for (std::int64_t i = 0; i < count; ++i) values.select(0, i).fill_(0.01F * static_cast<float>(i + 1));
    return values.view(shape);
}

/// What the linear layer of the file makes of its input.
at::Tensor linear(const at::Tensor& input) { return at::linear(input, counted({4, 3}), counted({4})); }

const at::Tensor& picture() {
    static const at::Tensor x = normal({1, 3, 8, 8}, 7);
    return x;
}

at::Tensor logitsOf(const ExportedFile& file, const at::Tensor& input, const std::string& format = "fp32") {
    const auto model = file.open();
    if (!model) throw std::runtime_error(model.error().text());
    return observe((*model)->graph, input, format).logits;
}

TEST(ExportedProgram, TellsWhatTheFileSays) {
    const ExportedFile file;
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::exportedProgram);
    EXPECT_EQ((*model)->architecture, "Small");
    EXPECT_EQ((*model)->parameterCount(), 16);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), 8);
    EXPECT_FALSE((*model)->preprocessing.fromFile);
    EXPECT_TRUE((*model)->notes.empty());
    EXPECT_TRUE((*model)->labels.empty());
    const Graph& graph = (*model)->graph;
    ASSERT_EQ(graph.nodes.size(), 2U);
    EXPECT_EQ(graph.nodes[0].op, "aten::mean");
    EXPECT_EQ(graph.nodes[0].overload, "dim");
    EXPECT_EQ(graph.nodes[0].layer, "body");
    EXPECT_EQ(graph.nodes[1].overload, "");
    EXPECT_EQ(graph.nodes[1].layer, "fc");
    ASSERT_EQ(graph.weights.size(), 2U);
    EXPECT_EQ(graph.weights[0].tensor.name, "fc.weight");
    EXPECT_TRUE(sameBits(logitsOf(file, picture()), linear(picture().mean({2, 3}))));
}

TEST(ExportedProgram, LeavesWeightsInTheFileUntilTheyAreUsed) {
    const ExportedFile file;
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    for (const auto& weight : (*model)->graph.weights) {
        EXPECT_GT(weight.tensor.fileOffset, 0U);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weight.tensor.bytes.data()) % 64, 0U) << "mapped, not copied";
    }
}

TEST(ExportedProgram, KeepsParameterNamesAndLayersOfSharedFiles) {
    if (!fs::exists(kData / "pt2")) GTEST_SKIP() << "needs the reference data, " << kData;
    const auto exported = openModel(kData / "pt2/resnet_like.pt2");
    const auto traced = openModel(kData / "torchscript/resnet_like.pt");
    ASSERT_TRUE(exported) << exported.error().text();
    ASSERT_TRUE(traced) << traced.error().text();
    const auto names = [](const Model& model) {
        std::vector<std::string> list;
        for (const auto& weight : model.graph.weights)
            if (weight.isParameter) list.push_back(weight.tensor.name);
        std::sort(list.begin(), list.end());
        return list;
    };
    EXPECT_EQ(names(**exported), names(**traced));
    EXPECT_EQ((*exported)->architecture, "ResNetLike");
    EXPECT_EQ((*exported)->parameterCount(), (*traced)->parameterCount());
    const auto layerOf = [](const Model& model, const std::string& op) {
        for (const auto& node : model.graph.nodes)
            if (node.op == op) return node.layer;
        return std::string();
    };
    EXPECT_EQ(layerOf(**exported, "aten::conv2d"), "conv1");
    EXPECT_EQ(layerOf(**exported, "aten::linear"), "fc");
}

TEST(ExportedProgram, LayersFollowFromWeightsWhereTheFileDoesNotNameThem) {
    ExportedFile file;
    for (auto& node : file.nodes()) node["metadata"] = Json::object();
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->graph.nodes[1].layer, "fc");
    EXPECT_EQ((*model)->architecture, "torch.export program");
}

TEST(ExportedProgram, ARenamedRootFolderAndUnknownFieldsDoNotMatter) {
    ExportedFile file;
    file.root = "another-name";
    file.program["new_field"] = {{"of", "a later version"}};
    file.nodes()[0]["new_field"] = 3;
    file.program["schema_version"]["minor"] = 99;
    EXPECT_TRUE(file.open());
}

// Arguments
// -----------------------------------------------------------------------------------------------------------

TEST(ExportedProgram, SizesThatChangeAreComputedAtRunTime) {
    ExportedFile file;
    const Json anySize = {{"as_expr", {{"expr_str", "s77"}, {"hint", {{"as_int", 2}}}}}};
    file.graph()["tensor_values"]["x"]["sizes"][0] = anySize;
    file.graph()["tensor_values"]["linear"]["sizes"][0] = anySize;
    // view(N, 3, (64 * 2) // 2), with the product kept symbolic, then the mean of the last dimension
    file.replaceBody(
        {call("torch.ops.aten.sym_size.int", {{"self", asTensor("x")}, {"dim", asInt(0)}}, {asSymbol("n")}),
         call("torch.ops.aten.sym_size.int", {{"self", asTensor("x")}, {"dim", asInt(2)}}, {asSymbol("h")}),
         call("_operator.mul", {{"a", asSymbol("h")}, {"b", asInt(16)}}, {asSymbol("double")}),
         call("_operator.floordiv", {{"a", asSymbol("double")}, {"b", asInt(2)}}, {asSymbol("flat")}),
         call("torch.ops.aten.view.default",
              {{"self", asTensor("x")},
               {"size", {{"as_sym_ints", {{{"as_name", "n"}}, {{"as_int", 3}}, {{"as_name", "flat"}}}}}}},
              {asTensor("view")}),
         call("torch.ops.aten.mean.dim", {{"self", asTensor("view")}, {"dim", asInts({2})}}, {asTensor("mean")})},
        "mean");
    for (const std::int64_t batch : {1, 5}) {
        const at::Tensor x = normal({batch, 3, 8, 8}, 3);
        EXPECT_TRUE(sameBits(logitsOf(file, x), linear(x.view({batch, 3, 64}).mean({2}))));
    }
}

TEST(ExportedProgram, AListOfTensorsIsOneOutputThatNamesThemAll) {
    ExportedFile file;
    file.replaceBody(
        {call("torch.ops.aten.chunk.default", {{"self", asTensor("x")}, {"chunks", asInt(2)}, {"dim", asInt(3)}},
              {asTensors({"left", "right"})}),
         call("torch.ops.aten.cat.default", {{"tensors", asTensors({"right", "left"})}, {"dim", asInt(2)}},
              {asTensor("cat")}),
         call("torch.ops.aten.amax.default", {{"self", asTensor("cat")}, {"dim", asInts({2, 3})}}, {asTensor("max")})},
        "max");
    EXPECT_TRUE(sameBits(logitsOf(file, picture()), linear(picture().amax({2, 3}))));
}

TEST(ExportedProgram, NumbersWhereTensorsBelongTakeNoPartInTypePromotion) {
    ExportedFile file;
    file.replaceBody(
        {call("torch.ops.aten.mul.Tensor", {{"self", asTensor("x")}, {"other", {{"as_float", 0.5}}}},
              {asTensor("half")}),
         call("torch.ops.aten.add.Tensor", {{"self", asTensor("half")}, {"other", asInt(2)}}, {asTensor("sum")}),
         call("torch.ops.aten.clamp.default", {{"self", asTensor("sum")}, {"max", {{"as_float", "Infinity"}}}},
              {asTensor("clamped")}),
         call("torch.ops.aten.mean.dim", {{"self", asTensor("clamped")}, {"dim", asInts({2, 3})}}, {asTensor("mean")})},
        "mean");
    EXPECT_TRUE(sameBits(logitsOf(file, picture()), linear(picture().mul(0.5).add(2).mean({2, 3}))));
    for (const char* format : {"bf16", "fp16"}) {
        const auto dtype = std::string(format) == "bf16" ? at::kBFloat16 : at::kHalf;
        const at::Tensor narrow = picture().to(dtype).mul(0.5).add(2).mean({2, 3});
        EXPECT_TRUE(sameBits(logitsOf(file, picture(), format),
                             at::linear(narrow, counted({4, 3}).to(dtype), counted({4}).to(dtype))))
            << format;
    }
}

TEST(ExportedProgram, ChecksOfTheInputsTypeDoNotStandInTheWayOfACast) {
    ExportedFile file;
    file.nodes().insert(file.nodes().begin(), call("torch.ops.aten._assert_tensor_metadata.default",
                                                   {{"a", asTensor("x")}, {"dtype", {{"as_scalar_type", 7}}}}, {}));
    EXPECT_EQ(logitsOf(file, picture(), "bf16").scalar_type(), at::kBFloat16);
}

// Sub-graphs
// -----------------------------------------------------------------------------------------------------------

Json subGraph(const std::vector<std::string>& inputs, const std::vector<Json>& nodes, const std::string& output) {
    Json names = Json::array();
    for (const auto& name : inputs) names.push_back(asTensor(name));
    return {{"as_graph",
             {{"name", "inner"},
              {"graph",
               {{"inputs", names},
                {"outputs", {asTensor(output)}},
                {"nodes", nodes},
                {"tensor_values", Json::object()}}}}}};
}

TEST(ExportedProgram, RegionsWithoutGradientsAreInlinedInAScopeOfTheirOwn) {
    ExportedFile file;
    // Inside, "x" is the outer "relu" and "relu" the outer "x".
    const Json inner = subGraph({"x", "relu"},
                                {call("torch.ops.aten.sub.Tensor",
                                      {{"self", asTensor("x")}, {"other", asTensor("relu")}}, {asTensor("result")})},
                                "result");
    file.replaceBody({call("torch.ops.aten.relu.default", {{"self", asTensor("x")}}, {asTensor("relu")}),
                      call("torch.ops.higher_order.wrap_with_set_grad_enabled",
                           {{"", {{"as_bool", false}}}, {"", inner}, {"", asTensor("relu")}, {"", asTensor("x")}},
                           {asTensors({"difference"})}),
                      call("torch.ops.aten.mean.dim", {{"self", asTensor("difference")}, {"dim", asInts({2, 3})}},
                           {asTensor("mean")})},
                     "mean");
    EXPECT_TRUE(sameBits(logitsOf(file, picture()), linear(picture().relu().sub(picture()).mean({2, 3}))));
}

TEST(ExportedProgram, AutocastRegionsAreInlinedAndSayWhereTheyWouldHaveChosen) {
    const auto withAutocast = [](bool enabled) {
        ExportedFile file;
        const Json inner =
            subGraph({"y"}, {call("torch.ops.aten.relu.default", {{"self", asTensor("y")}}, {asTensor("z")})}, "z");
        file.replaceBody({call("torch.ops.higher_order.wrap_with_autocast",
                               {{"", {{"as_string", "cpu"}}},
                                {"", {{"as_scalar_type", 13}}},
                                {"", {{"as_bool", enabled}}},
                                {"", {{"as_bool", true}}},
                                {"", inner},
                                {"", asTensor("x")}},
                               {asTensor("relu")}, "stem"),
                          call("torch.ops.aten.mean.dim", {{"self", asTensor("relu")}, {"dim", asInts({2, 3})}},
                               {asTensor("mean")})},
                         "mean");
        return file.open().value();
    };
    EXPECT_TRUE(withAutocast(false)->notes.empty());
    const auto model = withAutocast(true);
    ASSERT_EQ(model->notes.size(), 1U);
    EXPECT_NE(model->notes[0].find("(autocast) in stem"), std::string::npos) << model->notes[0];
    EXPECT_TRUE(sameBits(observe(model->graph, picture()).logits, linear(picture().relu().mean({2, 3}))));
}

// Weights
// -----------------------------------------------------------------------------------------------------------

TEST(ExportedProgram, TiedWeightsCountOnceAndViewsReadTheirPart) {
    ExportedFile file;
    file.addParameter("tied", {4, 3});
    file.weights["config"]["tied"] = file.weights["config"]["fc.weight"];
    // A transposed view of the last nine of the twelve values.
    Json& view = file.weights["config"]["view"] = file.weights["config"]["fc.weight"];
    view["tensor_meta"] = tensorMeta({3, 3});
    view["tensor_meta"]["strides"] = {asInt(1), asInt(3)};
    view["tensor_meta"]["storage_offset"] = asInt(3);
    file.graph()["inputs"].push_back(asTensor("b_view"));
    file.inputSpecs().push_back(
        {{"buffer", {{"arg", {{"name", "b_view"}}}, {"buffer_name", "view"}, {"persistent", true}}}});
    file.replaceBody(
        {call("torch.ops.aten.mean.dim", {{"self", asTensor("x")}, {"dim", asInts({2, 3})}}, {asTensor("mean")}),
         call("torch.ops.aten.matmul.default", {{"self", asTensor("mean")}, {"other", asTensor("b_view")}},
              {asTensor("mm")}),
         call("torch.ops.aten.matmul.default", {{"self", asTensor("p_tied")}, {"other", asTensor("b_view")}},
              {asTensor("unused")})},
        "mm");
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->parameterCount(), 16);
    EXPECT_EQ((*model)->bufferCount(), 9);
    const at::Tensor turned = counted({12}).narrow(0, 3, 9).view({3, 3}).t();
    EXPECT_TRUE(sameBits(observe((*model)->graph, picture()).logits, linear(picture().mean({2, 3}).matmul(turned))));
}

TEST(ExportedProgram, ConstantsKeepTheirTypeAndBuffersOutsideTheStateDictAreNotCounted) {
    ExportedFile file;
    file.records.push_back({"data/constants/tensor_0", std::string("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12)});
    file.constants["config"]["lifted_tensor_0"] = {
        {"path_name", "tensor_0"}, {"is_param", false}, {"use_pickle", false}, {"tensor_meta", tensorMeta({3})}};
    file.constants["config"]["scale"] = file.constants["config"]["lifted_tensor_0"];
    file.constants["config"]["scale"]["path_name"] = "tensor_1";
    file.records.push_back({"data/constants/tensor_1", file.records.back().bytes});
    file.graph()["inputs"].push_back(asTensor("c"));
    file.inputSpecs().push_back(
        {{"tensor_constant", {{"arg", {{"name", "c"}}}, {"tensor_constant_name", "lifted_tensor_0"}}}});
    file.graph()["inputs"].push_back(asTensor("b"));
    file.inputSpecs().push_back(
        {{"buffer", {{"arg", {{"name", "b"}}}, {"buffer_name", "scale"}, {"persistent", false}}}});
    file.replaceBody(
        {call("torch.ops.aten.mean.dim", {{"self", asTensor("x")}, {"dim", asInts({2, 3})}}, {asTensor("mean")}),
         call("torch.ops.aten.mul.Tensor", {{"self", asTensor("mean")}, {"other", asTensor("b")}},
              {asTensor("scaled")}),
         call("torch.ops.aten.mul.Tensor", {{"self", asTensor("scaled")}, {"other", asTensor("c")}},
              {asTensor("twice")})},
        "twice");
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->bufferCount(), 0);
    EXPECT_EQ((*model)->bytesIn(format("fp32")), 64);
    const at::Tensor scale = at::tensor({1.0F, 2.0F, 3.0F});
    EXPECT_TRUE(
        sameBits(observe((*model)->graph, picture()).logits, linear(picture().mean({2, 3}).mul(scale).mul(scale))));
    for (const auto& weight : (*model)->graph.weights)
        EXPECT_EQ(weight.castable, weight.tensor.name != "lifted_tensor_0") << weight.tensor.name;
}

TEST(ExportedProgram, AFixedNumberOfPicturesIsFedTheOnePictureThatOften) {
    ExportedFile file;
    file.graph()["tensor_values"]["x"]["sizes"][0] = asInt(3);
    file.graph()["tensor_values"]["linear"]["sizes"][0] = asInt(3);
    file.nodes()[0] = call("torch.ops.aten.view.default", {{"self", asTensor("x")}, {"size", asInts({3, 3, 64})}},
                           {asTensor("view")});
    file.nodes().insert(
        file.nodes().begin() + 1,
        call("torch.ops.aten.mean.dim", {{"self", asTensor("view")}, {"dim", asInts({2})}}, {asTensor("mean")}));
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_EQ((*model)->notes.size(), 1U);
    EXPECT_NE((*model)->notes[0].find("exactly 3 pictures"), std::string::npos) << (*model)->notes[0];
    const at::Tensor logits = observe((*model)->graph, picture()).logits;
    EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{1, 4}));
    EXPECT_TRUE(logits.allclose(linear(picture().mean({2, 3}))));
}

// Older layouts
// -----------------------------------------------------------------------------------------------------------

/// The state dict as torch.save writes it.
std::string pickledWeights() {
    c10::Dict<std::string, at::Tensor> dict;
    dict.insert("fc.weight", counted({4, 3}));
    dict.insert("fc.bias", counted({4}));
    std::string text;
    torch::jit::Pickler pickler([&text](const char* bytes, std::size_t count) { text.append(bytes, count); }, nullptr,
                                nullptr, nullptr, nullptr, /*tag_aggregates=*/false);
    pickler.protocol();
    pickler.pushIValue(dict);
    pickler.stop();
    std::vector<ZipEntry> entries{{"archive/data.pkl", text}, {"archive/byteorder", "little"}};
    for (const at::Tensor& tensor : pickler.tensorData())
        entries.push_back({"archive/data/" + std::to_string(entries.size() - 2),
                           {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()}});
    return zipOf(entries);
}

TEST(ExportedProgram, ReadsWeightsThatOlderVersionsPickled) {
    const ExportedFile file;
    const fs::path path = file.folder.write("model.pt2", zipOf({{"model/archive_format", "pt2"},
                                                                {"model/models/model.json", file.program.dump()},
                                                                {"model/data/weights/model.pt", pickledWeights()}}));
    const auto model = openModel(path);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE(sameBits(observe((*model)->graph, picture()).logits, linear(picture().mean({2, 3}))));
}

TEST(ExportedProgram, ReadsTheFlatArchiveOfPyTorch27AndBefore) {
    const ExportedFile file;
    const fs::path path =
        file.folder.write("model.pt2", zipOf({{"version", "8.2"},
                                              {"serialized_exported_program.json", file.program.dump()},
                                              {"serialized_state_dict.pt", pickledWeights()},
                                              {"serialized_constants.pt", ""}}));
    const auto model = openModel(path);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE(sameBits(observe((*model)->graph, picture()).logits, linear(picture().mean({2, 3}))));
}

}  // namespace
