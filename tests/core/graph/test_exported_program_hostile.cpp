#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <functional>

#include "core/graph/exported_file.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"

// `.pt2` files that Mantissa cannot run, damaged ones, and ones that mean harm: each gets one line that names what is
// wrong.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string refusalOf(const fs::path& path) {
    const auto model = openModel(path);
    if (model) return "opened";
    const std::string text = model.error().text();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(text.find(path.string()), 0U) << text;
    return text;
}

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

// The archive
// -----------------------------------------------------------------------------------------------------------

TEST(HostileArchive, AFlippedByteOfAWeightIsFoundByItsChecksum) {
    const ExportedFile file;
    std::string bytes = zipOf(file.entries());
    const float value = 0.02F;
    const auto at = bytes.find(std::string(reinterpret_cast<const char*>(&value), 4));
    ASSERT_NE(at, std::string::npos);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const std::string text = refusalOf(file.folder.write("flipped.pt2", bytes));
    EXPECT_NE(text.find("weight_0 is damaged: its checksum does not match"), std::string::npos) << text;
}

TEST(HostileArchive, EveryPrefixIsRefused) {
    const ExportedFile file;
    const std::string bytes = zipOf(file.entries());
    for (std::size_t length = 0; length < bytes.size(); length += length < 200 || bytes.size() - length < 600 ? 1 : 53)
        EXPECT_NE(refusalOf(file.folder.write("cut.pt2", bytes.substr(0, length))), "opened") << length;
}

TEST(HostileArchive, AFlippedBitIsFoundOrChangesNothing) {
    const ExportedFile file;
    const std::string bytes = zipOf(file.entries());
    const at::Tensor x = normal({1, 3, 8, 8}, 5);
    const at::Tensor expected = observe(file.open().value()->graph, x).logits;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        const fs::path path = file.folder.write("flipped.pt2", changed);
        const auto model = openModel(path);
        if (model)
            EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, expected)) << at;
        else
            ++refused;
    }
    EXPECT_GT(refused, bytes.size() / 3 / 2);
}

TEST(HostileArchive, RecordsThatLieAboutThemselvesAreRefused) {
    const ExportedFile file;
    const auto spoiled = [&](const std::function<void(std::vector<ZipEntry>&)>& spoil) {
        auto entries = file.entries();
        spoil(entries);
        return refusalOf(file.folder.write("spoiled.pt2", zipOf(entries)));
    };
    const auto expect = [](const std::string& text, const std::string& says) {
        EXPECT_NE(text.find(says), std::string::npos) << text;
    };
    expect(spoiled([](auto& e) { e.back().checksum = 1; }), "models/model.json is damaged: its checksum");
    expect(spoiled([](auto& e) { e.push_back(e[2]); }), "appears twice");
    EXPECT_NE(spoiled([](auto& e) { e.back().claimedSize = 0xFFFFFFF0; }), "opened");
    // Each within the file's size, all together not.
    EXPECT_NE(spoiled([](auto& e) {
                  for (auto& entry : e) entry.claimedSize = 3000;
              }),
              "opened");
}

TEST(HostileArchive, ABombIsNotInflated) {
    const ExportedFile file;
    std::string zeros(1 << 20, ' '), packed(1 << 16, '\0');
    z_stream stream{};
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    auto entries = file.entries();
    entries.push_back({.name = "model/data/extra", .bytes = packed, .method = 8, .inflatedSize = 600'000'000});
    const std::string text = refusalOf(file.folder.write("bomb.pt2", zipOf(entries)));
    EXPECT_NE(text.find("is compressed to a fraction of its size"), std::string::npos) << text;
}

// Every part of the JSON replaced by something else
// -----------------------------------------------------------------------------------------------------------

/// Opening may succeed where the part does not matter; it never crashes, and what opens can be run or says why not.
void openSpoiled(const ExportedFile& file) {
    const fs::path path = file.write();
    const auto model = openModel(path);
    if (!model) {
        EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
        return;
    }
    auto executor = Executor::prepare((*model)->graph, {});
    if (executor) (void)executor->run(normal({1, 3, 8, 8}, 5));
}

TEST(SpoiledJson, AnyPartMayBeAnything) {
    const std::vector<Json> others{nullptr, -1, 1e300, "Infinity", Json::array(), Json::object(), Json::array({1, "a"}),
                                   true};
    const ExportedFile whole;
    for (Json ExportedFile::*document : {&ExportedFile::program, &ExportedFile::weights}) {
        // Containers as well as what stands in them.
        std::vector<Json::json_pointer> places;
        const std::function<void(const Json&, const Json::json_pointer&)> collect = [&](const Json& json,
                                                                                        const Json::json_pointer& at) {
            places.push_back(at);
            if (json.is_object())
                for (const auto& [key, value] : json.items()) collect(value, at / key);
            if (json.is_array())
                for (std::size_t i = 0; i < json.size(); ++i) collect(json[i], at / i);
        };
        collect(whole.*document, Json::json_pointer());
        ExportedFile file;
        for (std::size_t i = 0; i < places.size(); ++i) {
            // Two of the others a place, in turns: all of them everywhere would take minutes.
            for (const std::size_t k : {i, i + 3}) {
                (file.*document) = whole.*document;
                (file.*document)[places[i]] = others[k % others.size()];
                openSpoiled(file);
            }
            if (places[i].empty()) continue;
            (file.*document) = whole.*document;
            Json& parent = (file.*document)[places[i].parent_pointer()];
            if (parent.is_object())
                parent.erase(places[i].back());
            else
                parent.erase(static_cast<std::size_t>(std::stoul(places[i].back())));
            openSpoiled(file);
        }
    }
}

}  // namespace
