#include "core/graph/exported_file.h"

#include <gtest/gtest.h>

#include <cstring>

namespace mantissa::test {

using Json = nlohmann::json;

Json asTensor(const std::string& name) { return {{"as_tensor", {{"name", name}}}}; }
Json asTensors(const std::vector<std::string>& names) {
    Json list = Json::array();
    for (const auto& name : names) list.push_back({{"name", name}});
    return {{"as_tensors", list}};
}
Json asInt(std::int64_t value) { return {{"as_int", value}}; }
Json asInts(const std::vector<std::int64_t>& values) { return {{"as_ints", values}}; }
Json asSymbol(const std::string& name) { return {{"as_sym_int", {{"as_name", name}}}}; }

Json tensorMeta(const std::vector<std::int64_t>& shape, int dtype) {
    Json sizes = Json::array(), strides = Json::array();
    std::int64_t stride = 1;
    for (const std::int64_t size : shape) sizes.push_back(asInt(size));
    for (auto size = shape.rbegin(); size != shape.rend(); ++size) {
        strides.insert(strides.begin(), asInt(stride));
        stride *= *size;
    }
    return {{"dtype", dtype},
            {"sizes", sizes},
            {"strides", strides},
            {"storage_offset", asInt(0)},
            {"requires_grad", false},
            {"device", {{"type", "cpu"}, {"index", nullptr}}},
            {"layout", 7}};
}

Json call(const std::string& target, const std::vector<std::pair<std::string, Json>>& inputs,
          const std::vector<Json>& outputs, const std::string& layer) {
    Json arguments = Json::array();
    for (const auto& [name, argument] : inputs) arguments.push_back({{"name", name}, {"arg", argument}, {"kind", 1}});
    const std::string stack = "L__self__,,__main__.Small;L__self___" + layer + "," + layer + ",torch.nn.Module";
    return {{"target", target},
            {"inputs", arguments},
            {"outputs", outputs},
            {"metadata", {{"nn_module_stack", stack}}},
            {"name", "call"}};
}

ExportedFile::ExportedFile() {
    program = {
        {"schema_version", {{"major", 8}, {"minor", 20}}},
        {"opset_version", {{"aten", 10}}},
        {"torch_version", "2.13.0"},
        {"graph_module",
         {{"graph",
           {{"inputs", Json::array()},
            {"outputs", {asTensor("linear")}},
            {"nodes", Json::array()},
            {"tensor_values", {{"x", tensorMeta({1, 3, 8, 8})}, {"linear", tensorMeta({1, 4})}}}}},
          {"signature",
           {{"input_specs", Json::array()}, {"output_specs", {{{"user_output", {{"arg", asTensor("linear")}}}}}}}}}}};
    weights = constants = {{"config", Json::object()}};
    records = {{"archive_format", "pt2"}, {"byteorder", "little"}};
    addParameter("fc.weight", {4, 3});
    addParameter("fc.bias", {4});
    graph()["inputs"].push_back(asTensor("x"));
    inputSpecs().push_back({{"user_input", {{"arg", asTensor("x")}}}});
    replaceBody(
        {call("torch.ops.aten.mean.dim", {{"self", asTensor("x")}, {"dim", asInts({2, 3})}}, {asTensor("mean")})},
        "mean");
}

void ExportedFile::addParameter(const std::string& name, const std::vector<std::int64_t>& shape) {
    std::size_t count = 1;
    for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    std::string bytes(4 * count, '\0');
    for (std::size_t i = 0; i < count; ++i) {
        const float value = 0.01F * static_cast<float>(i + 1);
        std::memcpy(bytes.data() + 4 * i, &value, 4);
    }
    const std::string record = "weight_" + std::to_string(weights["config"].size());
    records.push_back({"data/weights/" + record, bytes});
    weights["config"][name] = {
        {"path_name", record}, {"is_param", true}, {"use_pickle", false}, {"tensor_meta", tensorMeta(shape)}};
    graph()["inputs"].push_back(asTensor("p_" + name));
    inputSpecs().push_back({{"parameter", {{"arg", {{"name", "p_" + name}}}, {"parameter_name", name}}}});
}

void ExportedFile::replaceBody(const std::vector<Json>& body, const std::string& input) {
    nodes() = body;
    nodes().push_back(
        call("torch.ops.aten.linear.default",
             {{"input", asTensor(input)}, {"weight", asTensor("p_fc.weight")}, {"bias", asTensor("p_fc.bias")}},
             {asTensor("linear")}, "fc"));
}

std::vector<ZipEntry> ExportedFile::entries() const {
    std::vector<ZipEntry> all = records;
    all.push_back({"data/weights/model_weights_config.json", weights.dump()});
    all.push_back({"data/constants/model_constants_config.json", constants.dump()});
    all.push_back({"models/model.json", program.dump()});
    for (auto& entry : all) entry.name = root + "/" + entry.name;
    return all;
}

std::filesystem::path ExportedFile::write() const { return folder.write("model.pt2", zipOf(entries())); }

std::string refusalOf(const std::filesystem::path& path) {
    const auto model = openModel(path);
    if (model) return "opened";
    const std::string text = model.error().text();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(text.find(path.string()), 0U) << text;
    return text;
}

}  // namespace mantissa::test
