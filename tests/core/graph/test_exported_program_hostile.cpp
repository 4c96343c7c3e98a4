#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "core/graph/exported_file.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"

// `.pt2` files whose program Mantissa cannot run, or means harm: each gets one line that names what is wrong.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

/// What opening says of the file after `spoil`.
std::string refusalAfter(const std::function<void(ExportedFile&)>& spoil) {
    ExportedFile file;
    spoil(file);
    return refusalOf(file.write());
}

struct Spoiled {
    std::string name;
    std::function<void(ExportedFile&)> spoil;
    std::vector<std::string> says;
};

void PrintTo(const Spoiled& spoiled, std::ostream* out) { *out << spoiled.name; }

class SpoiledProgram : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledProgram, GetsALineThatNamesWhatIsWrong) {
    const std::string text = refusalAfter(GetParam().spoil);
    for (const auto& words : GetParam().says) EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
}

Json& meta(ExportedFile& file) { return file.weights["config"]["fc.weight"]["tensor_meta"]; }
void input(ExportedFile& file, const std::vector<std::int64_t>& shape, int dtype = 7) {
    file.graph()["tensor_values"]["x"] = tensorMeta(shape, dtype);
}
void bodyCall(ExportedFile& file, const std::string& target, std::vector<std::pair<std::string, Json>> inputs = {}) {
    inputs.insert(inputs.begin(), {"self", asTensor("x")});
    file.nodes()[0] = call(target, inputs, {asTensor("mean")}, "stem.act");
}

INSTANTIATE_TEST_SUITE_P(
    Programs, SpoiledProgram,
    testing::Values(
        Spoiled{"newer_schema",
                [](auto& f) { f.program["schema_version"]["major"] = 9; },
                {"schema 9.20", "reads schema 8"}},
        Spoiled{"older_schema",
                [](auto& f) { f.program["schema_version"]["major"] = 5; },
                {"schema 5.20", "save it again with a current PyTorch"}},
        Spoiled{"two_inputs",
                [](auto& f) {
                    f.graph()["inputs"].push_back(asTensor("y"));
                    f.inputSpecs().push_back({{"user_input", {{"arg", asTensor("y")}}}});
                },
                {"takes 2 inputs", "one picture"}},
        Spoiled{"no_input", [](auto& f) { f.inputSpecs().erase(2); }, {"takes 0 inputs"}},
        Spoiled{"tokens",
                [](auto& f) {
                    input(f, {1, 16}, 5);
                },
                {"takes 1 × 16 values of type I64, which is no picture"}},
        Spoiled{"grey",
                [](auto& f) {
                    input(f, {1, 1, 28, 28});
                },
                {"takes 1 × 1 × 28 × 28 values", "no picture"}},
        Spoiled{"bytes",
                [](auto& f) {
                    input(f, {1, 3, 8, 8}, 1);
                },
                {"of type U8, which is no picture"}},
        Spoiled{"absurd_size",
                [](auto& f) {
                    input(f, {1, 3, 1LL << 40, 8});
                },
                {"input has a size that makes no sense"}},
        Spoiled{"object_input",
                [](auto& f) {
                    f.inputSpecs().push_back({{"custom_obj", Json::object()}});
                },
                {"object of the kind custom_obj"}},
        Spoiled{"unknown_operator",
                [](auto& f) { bodyCall(f, "torch.ops.aten.relu_squared.default"); },
                {"layer stem.act", "aten::relu_squared"}},
        Spoiled{"custom_operator",
                [](auto& f) { bodyCall(f, "torch.ops.torchvision.nms.default"); },
                {"layer stem.act", "torchvision::nms"}},
        Spoiled{"unknown_overload",
                [](auto& f) { bodyCall(f, "torch.ops.aten.relu.squared"); },
                {"layer stem.act", "no operator aten::relu.squared"}},
        Spoiled{"python_function",
                [](auto& f) { bodyCall(f, "os.system"); },
                {"calls os.system, which Mantissa does not run"}},
        Spoiled{"no_operator_name", [](auto& f) { bodyCall(f, "torch.ops.aten"); }, {"names no operator"}},
        Spoiled{"conditional",
                [](auto& f) { bodyCall(f, "torch.ops.higher_order.cond"); },
                {"layer stem.act", "(cond)", "TorchScript"}},
        Spoiled{"unknown_argument",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.relu.default", {{"slope", asInt(1)}});
                },
                {"argument slope of aten::relu"}},
        Spoiled{"unknown_argument_kind",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.mean.dim", {{"dim", {{"as_dream", 1}}}});
                },
                {"kind as_dream"}},
        Spoiled{"two_kinds",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.mean.dim", {{"dim", {{"as_int", 1}, {"as_float", 1}}}});
                },
                {"argument of no kind"}},
        Spoiled{"operator_argument",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.mean.dim", {{"dim", {{"as_operator", "x"}}}});
                },
                {"kind as_operator"}},
        Spoiled{"unknown_dtype",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.to.dtype", {{"dtype", {{"as_scalar_type", 99}}}});
                },
                {"number type", "99"}},
        Spoiled{"sparse",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.to.dtype_layout", {{"layout", {{"as_layout", 1}}}});
                },
                {"sparse"}},
        Spoiled{"missing_argument",
                [](auto& f) { bodyCall(f, "torch.ops.aten.transpose.int"); },
                {"argument dim0 of aten::transpose is missing"}},
        Spoiled{"wrong_type",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.mean.dim", {{"dim", {{"as_string", "all"}}}});
                },
                {"argument dim of aten::mean"}},
        Spoiled{"cycle",
                [](auto& f) { std::swap(f.nodes()[0], f.nodes()[1]); },
                {"“mean”, which nothing before it computes"}},
        Spoiled{"uses_itself",
                [](auto& f) { f.nodes()[0]["inputs"][0]["arg"] = asTensor("mean"); },
                {"“mean”, which nothing before it computes"}},
        Spoiled{"no_such_output",
                [](auto& f) {
                    f.graph()["outputs"][0] = asTensor("mean");
                    f.graph()["tensor_values"]["mean"] = tensorMeta({1, 3});
                    f.nodes().clear();
                },
                {"“mean”"}},
        Spoiled{"returns_a_number", [](auto& f) { f.graph()["outputs"][0] = asInt(1); }, {"returns no tensor"}},
        Spoiled{"signature_too_short",
                [](auto& f) { f.program["graph_module"]["signature"]["output_specs"] = Json::array(); },
                {"differ in number"}},
        Spoiled{"no_target",
                [](auto& f) { f.nodes()[0].erase("target"); },
                {"not written as torch.export does it", "target"}},
        Spoiled{"no_graph", [](auto& f) { f.program["graph_module"] = 3; }, {"not written as torch.export does it"}},
        Spoiled{"missing_weight", [](auto& f) { f.weights["config"].erase("fc.bias"); }, {"lacks the tensor fc.bias"}},
        Spoiled{"missing_record",
                [](auto& f) { f.weights["config"]["fc.bias"]["path_name"] = "weight_7"; },
                {"weight_7", "not in the archive"}},
        Spoiled{"path_traversal",
                [](auto& f) { f.weights["config"]["fc.bias"]["path_name"] = "../../../../etc/passwd"; },
                {"etc/passwd", "not in the archive"}},
        Spoiled{"quantised",
                [](auto& f) { f.weights["config"]["fc.bias"]["use_pickle"] = true; },
                {"tensor fc.bias", "no plain tensor"}},
        Spoiled{"complex", [](auto& f) { meta(f)["dtype"] = 10; }, {"tensor fc.weight", "code 10"}},
        Spoiled{"too_large", [](auto& f) { meta(f)["sizes"][0] = asInt(5); }, {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"overflowing",
                [](auto& f) { meta(f)["sizes"][0] = asInt(INT64_MAX); },
                {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"overflowing_stride",
                [](auto& f) { meta(f)["strides"][0] = asInt(INT64_MAX); },
                {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"endless_repeat",
                [](auto& f) {
                    meta(f)["sizes"] = {asInt(1LL << 31), asInt(3)};
                    meta(f)["strides"] = {asInt(0), asInt(1)};
                },
                {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"negative_size", [](auto& f) { meta(f)["sizes"][0] = asInt(-4); }, {"tensor fc.weight", "no sizes"}},
        Spoiled{"symbolic_size",
                [](auto& f) {
                    meta(f)["sizes"][0] = {{"as_expr", {{"expr_str", "s0"}}}};
                },
                {"tensor fc.weight", "no sizes"}},
        Spoiled{"negative_offset",
                [](auto& f) { meta(f)["storage_offset"] = asInt(-1); },
                {"tensor fc.weight", "no sizes"}},
        Spoiled{"large_offset",
                [](auto& f) { meta(f)["storage_offset"] = asInt(1); },
                {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{
            "strides_missing", [](auto& f) { meta(f)["strides"].erase(0); }, {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"wider_type", [](auto& f) { meta(f)["dtype"] = 8; }, {"tensor fc.weight", "beyond the bytes"}},
        Spoiled{"many_dimensions",
                [](auto& f) { meta(f)["sizes"] = Json(100, asInt(1)); },
                {"tensor fc.weight", "no sizes"}},
        Spoiled{"big_endian", [](auto& f) { f.records[1].bytes = "big"; }, {"big-endian"}},
        Spoiled{"several_programs",
                [](auto& f) {
                    f.records.push_back({"models/other.json", "{}"});
                },
                {"several programs (other, model)"}},
        Spoiled{"file_operator",
                [](auto& f) {
                    bodyCall(f, "torch.ops.aten.from_file.default", {{"filename", {{"as_string", "/tmp/x"}}}});
                },
                {"aten::from_file"}}),
    [](const auto& p) { return p.param.name; });

TEST(HostileProgram, AFileThatAsksForAFileCreatesNone) {
    ExportedFile file;
    const fs::path target = file.folder.path() / "created";
    file.nodes()[0] =
        call("torch.ops.aten.from_file.default",
             {{"filename", {{"as_string", target.string()}}}, {"shared", {{"as_bool", true}}}, {"size", asInt(4)}},
             {asTensor("mean")}, "stem");
    const std::string text = refusalOf(file.write());
    EXPECT_NE(text.find("aten::from_file is not one that Mantissa runs"), std::string::npos) << text;
    EXPECT_FALSE(fs::exists(target));
}

TEST(HostileProgram, ATensorOfAnySizeIsRefusedWhenItIsAskedFor) {
    ExportedFile file;
    file.replaceBody(
        {call("torch.ops.aten.full.default",
              {{"size", asInts({1LL << 20, 1LL << 20})}, {"fill_value", asInt(1)}, {"dtype", {{"as_scalar_type", 7}}}},
              {asTensor("full")}, "bomb"),
         call("torch.ops.aten.mean.dim", {{"self", asTensor("x")}, {"dim", asInts({2, 3})}}, {asTensor("mean")})},
        "mean");
    const auto model = file.open();
    ASSERT_TRUE(model) << model.error().text();
    auto executor = Executor::prepare((*model)->graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto logits = executor->run(normal({1, 3, 8, 8}, 1));
    ASSERT_FALSE(logits);
    EXPECT_EQ(logits.error().layer, "bomb");
    EXPECT_NE(logits.error().text().find("more than the"), std::string::npos) << logits.error().text();
}

TEST(HostileProgram, DeepNestingIsRefused) {
    ExportedFile file;
    std::string program = file.program.dump();
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    program.insert(1, "\"deep\":" + deep + ",");
    auto entries = file.entries();
    entries.back().bytes = program;
    const std::string text = refusalOf(file.folder.write("deep.pt2", zipOf(entries)));
    EXPECT_NE(text.find("nests deeper"), std::string::npos) << text;
}

TEST(HostileProgram, SubGraphsInSubGraphsComeToAnEnd) {
    ExportedFile file;
    Json inner = call("torch.ops.aten.relu.default", {{"self", asTensor("x")}}, {asTensor("y")});
    for (int depth = 0; depth < 12; ++depth) {
        const Json graph = {
            {"as_graph",
             {{"name", "g"},
              {"graph", {{"inputs", {asTensor("x")}}, {"outputs", {asTensor("y")}}, {"nodes", {inner}}}}}}};
        inner = call("torch.ops.higher_order.wrap_with_set_grad_enabled",
                     {{"", {{"as_bool", false}}}, {"", graph}, {"", asTensor("x")}}, {asTensor("y")});
    }
    file.nodes().insert(file.nodes().begin(), inner);
    EXPECT_NE(refusalOf(file.write()).find("nests deeper"), std::string::npos);
}

}  // namespace
