#include "graph/exported_program_lowering.h"

#include <map>
#include <string_view>
#include <unordered_map>

#include "graph/exported_program_arguments.h"
#include "graph/exported_program_schema.h"

namespace mantissa {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kHigherOrder = "torch.ops.higher_order.";

[[noreturn]] void refuse(std::string message, std::string layer = "") {
    throw ExportedRefusal{.code = ErrorCode::unsupported, .message = std::move(message), .layer = std::move(layer)};
}
[[noreturn]] void corrupt(std::string message) {
    throw ExportedRefusal{.code = ErrorCode::corrupt, .message = std::move(message), .layer = ""};
}

/// "key,path,type;key,path,type": the modules around a call, the outermost first. `field` 1 is the path, 2 the type.
std::string moduleField(std::string_view stack, bool innermost, int field) {
    std::string_view entry = innermost ? stack.substr(stack.rfind(';') + 1) : stack.substr(0, stack.find(';'));
    for (; field > 0; --field) {
        const auto comma = entry.find(',');
        if (comma == std::string_view::npos) return "";
        entry.remove_prefix(comma + 1);
    }
    return std::string(entry.substr(0, entry.find(',')));
}

/// Strict mode wrote paths as Python reaches them: "L['self'].conv1".
std::string withoutSelf(std::string path) {
    constexpr std::string_view kSelf = "L['self']";
    if (path.starts_with(kSelf))
        path.erase(0, kSelf.size() + (path.size() > kSelf.size() && path[kSelf.size()] == '.'));
    return path;
}

/// A size of TensorMeta: known, or the value at export for one that may change.
struct Size {
    std::int64_t value = 0;
    bool fixed = true;
};

class ProgramLowering {
  public:
    explicit ProgramLowering(const ExportedProgramArchive& archive) : archive_(archive) {}

    LoweredProgram run() {
        checkVersion();
        const Json& module = archive_.program.at("graph_module");
        const Json& graph = module.at("graph");
        bindInputs(graph, module.at("signature").at("input_specs"));
        lowerNodes(graph, scope_, 0);
        bindOutputs(graph, module.at("signature").at("output_specs"));
        return std::move(result_);
    }

  private:
    ValueId newValue() { return result_.graph.valueCount++; }

    void checkVersion() const;
    void bindInputs(const Json& graph, const Json& specs);
    void bindWeight(const std::string& kind, const Json& spec);
    void bindPicture(const Json& graph, const std::string& name);
    void bindOutputs(const Json& graph, const Json& specs);
    void lowerNodes(const Json& graph, ExportedScope& scope, int depth);
    void lowerNode(const Json& node, ExportedScope& scope, int depth);
    void lowerRegion(const Json& node, const std::string& what, ExportedScope& scope, int depth);
    void noteAutocast(const Json& inputs, const std::string& layer);
    void bindResults(const Json& outputs, Node& call, ExportedScope& scope);
    std::string layerOf(const Json& node, const Node& call);
    std::vector<Size> sizesOf(const Json& graph, const std::string& name, const char* what) const;

    const ExportedProgramArchive& archive_;
    LoweredProgram result_;
    ExportedScope scope_;
    std::unordered_map<ValueId, std::string> weightNames_;
    std::map<std::tuple<const std::byte*, DType, std::vector<std::int64_t>, std::vector<std::int64_t>>, ValueId> known_;
    std::int64_t pictures_ = 1;  // that the program wants at once
};

void ProgramLowering::checkVersion() const {
    const Json& version = archive_.program.at("schema_version");
    const auto major = version.at("major").get<std::int64_t>();
    if (major == kExportedProgramMajor) return;
    const std::string text = std::to_string(major) + "." + std::to_string(version.at("minor").get<std::int64_t>());
    refuse("is written in schema " + text + " of torch.export, and Mantissa reads schema " +
           std::to_string(kExportedProgramMajor) +
           (major > kExportedProgramMajor ? "; save it with a PyTorch that writes that"
                                          : "; save it again with a current PyTorch"));
}

std::vector<Size> ProgramLowering::sizesOf(const Json& graph, const std::string& name, const char* what) const {
    std::vector<Size> sizes;
    for (const Json& size : graph.at("tensor_values").at(name).at("sizes")) {
        if (const auto known = size.find("as_int"); known != size.end()) {
            sizes.push_back({.value = known->get<std::int64_t>()});
            continue;
        }
        const Json& expression = size.at("as_expr");
        const auto hint = expression.find("hint");
        const bool told = hint != expression.end() && hint->is_object() && hint->contains("as_int");
        sizes.push_back({.value = told ? hint->at("as_int").get<std::int64_t>() : 0, .fixed = false});
    }
    constexpr std::int64_t kMost = 65536;
    for (const Size& size : sizes)
        if (size.value < 0 || size.value > kMost)
            corrupt(std::string("the ") + what + " has a size that makes no sense");
    return sizes;
}

void ProgramLowering::bindInputs(const Json& graph, const Json& specs) {
    std::vector<std::string> pictures;
    for (const Json& spec : specs) {
        if (!spec.is_object() || spec.size() != 1) corrupt("the program's signature holds an input of no kind");
        const std::string kind = spec.begin().key();
        const Json& content = spec.begin().value();
        if (kind == "user_input") {
            const Json& argument = content.at("arg");
            if (argument.contains("as_tensor"))
                pictures.push_back(argument.at("as_tensor").at("name").get<std::string>());
            else if (!argument.is_object() || argument.size() != 1)
                corrupt("the program's signature holds an input of no kind");
            else if (!argument.contains("as_none"))
                refuse("the model takes an input that is no tensor (" + argument.begin().key() +
                       "), and Mantissa feeds one picture");
        } else if (kind == "parameter" || kind == "buffer" || kind == "tensor_constant") {
            bindWeight(kind, content);
        } else if (kind != "constant_input") {
            refuse("the model holds an object of the kind " + kind + ", which Mantissa does not run");
        }
    }
    if (pictures.size() != 1)
        refuse("the model takes " + std::to_string(pictures.size()) + " inputs, and Mantissa feeds one picture");
    bindPicture(graph, pictures.front());
}

void ProgramLowering::bindWeight(const std::string& kind, const Json& spec) {
    const auto name = spec.at(kind + "_name").get<std::string>();
    const auto argument = spec.at("arg").at("name").get<std::string>();
    auto found = archive_.weights.find(name);
    if (found == archive_.weights.end()) {
        found = archive_.constants.find(name);
        if (found == archive_.constants.end()) corrupt("the file lacks the tensor " + name);
    }
    const TensorRecord& tensor = found->second;
    // Tied weights stand in the Graph once.
    const std::tuple key{tensor.bytes.data(), tensor.dtype, tensor.shape, tensor.strides};
    if (const auto same = known_.find(key); same != known_.end() && !tensor.bytes.empty()) {
        scope_[argument] = same->second;
        return;
    }
    const ValueId value = newValue();
    known_[key] = scope_[argument] = value;
    weightNames_[value] = name;
    const bool isConstant = kind == "tensor_constant";
    result_.graph.weights.push_back({.tensor = tensor,
                                     .value = value,
                                     .isParameter = kind == "parameter",
                                     .persistent = kind == "parameter" || spec.value("persistent", false),
                                     .castable = !isConstant});
    result_.graph.weights.back().tensor.name = name;
}

void ProgramLowering::bindPicture(const Json& graph, const std::string& name) {
    const auto sizes = sizesOf(graph, name, "model's input");
    const auto dtype = exportedDType(graph.at("tensor_values").at(name).at("dtype").get<std::int64_t>());
    std::string shape;
    for (const Size& size : sizes)
        shape += (shape.empty() ? "" : " × ") + (size.fixed ? std::to_string(size.value) : "any");
    if (!dtype || !isFloating(*dtype) || sizes.size() != 4 || (sizes[1].fixed && sizes[1].value != 3))
        refuse("the model takes " + (shape.empty() ? "one number" : shape) + " values" +
               (dtype ? " of type " + std::string(dtypeName(*dtype)) : "") +
               ", which is no picture: N × 3 × height × width floating values");
    result_.height = sizes[2].value;
    result_.width = sizes[3].value;
    const ValueId input = newValue();
    result_.graph.inputs = {input};
    scope_[name] = input;
    if (!sizes[0].fixed || sizes[0].value == 1) return;
    pictures_ = sizes[0].value;
    if (pictures_ < 1) corrupt("the model's input has a size that makes no sense");
    const ValueId repeated = newValue();
    scope_[name] = repeated;
    const std::vector<IntOrRef> shapeWanted{pictures_, std::int64_t{-1}, std::int64_t{-1}, std::int64_t{-1}};
    result_.graph.nodes.push_back({.op = "aten::expand",
                                   .overload = "",
                                   .arguments = {{"self", ValueRef{input}}, {"size", shapeWanted}},
                                   .outputs = {repeated}});
    result_.notes.push_back("The file was exported for exactly " + std::to_string(pictures_) +
                            " pictures at once, so each run computes the picture that many times. Exporting it with a "
                            "batch of 1 makes it faster.");
}

void ProgramLowering::bindOutputs(const Json& graph, const Json& specs) {
    const Json& outputs = graph.at("outputs");
    if (!specs.is_array() || !outputs.is_array() || specs.size() != outputs.size())
        corrupt("the program's signature and its outputs differ in number");
    std::string logits;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (!specs[i].contains("user_output") || !outputs[i].contains("as_tensor")) continue;
        const auto name = outputs[i].at("as_tensor").at("name").get<std::string>();
        // The first matrix; a loss or features may stand before or beside the logits.
        const bool isMatrix = sizesOf(graph, name, "model's result").size() == 2;
        if (logits.empty() || isMatrix) logits = name;
        if (isMatrix) break;
    }
    if (logits.empty()) refuse("the model returns no tensor");
    const auto sizes = sizesOf(graph, logits, "model's result");
    if (sizes.size() >= 2 && sizes[1].fixed) result_.classes = sizes[1].value;
    ValueId output = exportedValue(logits, scope_).id;
    if (pictures_ != 1) {
        const ValueId first = newValue();
        result_.graph.nodes.push_back({.op = "aten::narrow",
                                       .overload = "",
                                       .arguments = {{"self", ValueRef{output}},
                                                     {"dim", std::int64_t{0}},
                                                     {"start", std::int64_t{0}},
                                                     {"length", std::int64_t{1}}},
                                       .outputs = {first}});
        output = first;
    }
    result_.graph.outputs = {output};
}

void ProgramLowering::lowerNodes(const Json& graph, ExportedScope& scope, int depth) {
    constexpr int kDeepest = 32;
    if (depth > kDeepest) refuse("the program nests too deeply");
    for (const Json& node : graph.at("nodes")) lowerNode(node, scope, depth);
}

std::string ProgramLowering::layerOf(const Json& node, const Node& call) {
    const auto metadata = node.find("metadata");
    const auto stack = metadata == node.end() ? metadata : metadata->find("nn_module_stack");
    if (metadata != node.end() && stack != metadata->end() && stack->is_string()) {
        const auto& text = stack->get_ref<const std::string&>();
        if (result_.architecture.empty()) {
            const std::string type = moduleField(text, false, 2);
            result_.architecture = type.substr(type.rfind('.') + 1);
        }
        return withoutSelf(moduleField(text, true, 1));
    }
    // A file saved without it still shows by their names where its weights belong.
    for (const auto& argument : call.arguments)
        if (const auto* ref = std::get_if<ValueRef>(&argument.value))
            if (const auto name = weightNames_.find(ref->id); name != weightNames_.end())
                return name->second.substr(0, std::min(name->second.size(), name->second.rfind('.')));
    return "";
}

void ProgramLowering::lowerNode(const Json& node, ExportedScope& scope, int depth) {
    const auto target = node.at("target").get<std::string>();
    if (isExportedAssertion(target)) return;
    if (target.starts_with(kHigherOrder)) return lowerRegion(node, target.substr(kHigherOrder.size()), scope, depth);
    Node call;
    call.layer = layerOf(node, call);
    const auto scalar = exportedScalarOperation(target);
    try {
        for (const Json& input : node.at("inputs"))
            call.arguments.push_back(
                {scalar ? "" : input.at("name").get<std::string>(), exportedArgument(input.at("arg"), scope)});
        if (call.layer.empty()) call.layer = layerOf(node, call);
        constexpr std::string_view kOperators = "torch.ops.";
        if (scalar) {
            call.op = *scalar;
        } else if (target.starts_with(kOperators)) {
            // torch.ops.NAMESPACE.NAME.OVERLOAD; "default" is the overload without a name.
            const std::string name = target.substr(kOperators.size());
            const auto first = name.find('.'), last = name.rfind('.');
            if (first == last) corrupt("the program calls “" + target + "”, which names no operator");
            call.op = name.substr(0, first) + "::" + name.substr(first + 1, last - first - 1);
            call.overload = name.substr(last + 1) == "default" ? "" : name.substr(last + 1);
        } else {
            refuse("the program calls " + target + ", which Mantissa does not run");
        }
        bindResults(node.at("outputs"), call, scope);
    } catch (ExportedRefusal& refusal) {
        if (refusal.layer.empty()) refusal.layer = call.layer.empty() ? target : call.layer;
        throw;
    }
    result_.graph.nodes.push_back(std::move(call));
}

/// An operator that returns a list of tensors has one output that names them all.
void ProgramLowering::bindResults(const Json& outputs, Node& call, ExportedScope& scope) {
    call.listOutput = outputs.size() == 1 && outputs[0].contains("as_tensors");
    for (const Json& output : outputs)
        for (const auto& name : exportedNames(output)) {
            call.outputs.push_back(name.empty() ? -1 : newValue());
            if (!name.empty()) scope[name] = call.outputs.back();
        }
}

void ProgramLowering::noteAutocast(const Json& inputs, const std::string& layer) {
    // device_type, dtype, enabled, cache_enabled, then the sub-graph and its inputs
    if (inputs.size() < 4 || !inputs[2].at("arg").value("as_bool", true)) return;
    if (inputs[0].at("arg").value("as_string", "") != "cpu") return;  // asks nothing of this device
    result_.notes.push_back("The file asks PyTorch to choose narrower types by itself (autocast) in " +
                            (layer.empty() ? "a part of the model" : layer) + "; here the formats chosen count.");
}

void ProgramLowering::lowerRegion(const Json& node, const std::string& what, ExportedScope& scope, int depth) {
    const std::string layer = layerOf(node, Node{});
    const bool autocast = what == "wrap_with_autocast";
    if (!autocast && what != "wrap_with_set_grad_enabled")
        refuse("the model decides by its data what to compute (" + what +
                   "), which Mantissa does not run as an exported program; save it as TorchScript instead: "
                   "torch.jit.script(model.eval()).save(\"model.pt\")",
               layer);
    const Json& inputs = node.at("inputs");
    if (autocast) noteAutocast(inputs, layer);
    const Json* inner = nullptr;
    std::vector<ValueId> operands;
    for (const Json& input : inputs) {
        const Json& argument = input.at("arg");
        if (argument.contains("as_graph"))
            inner = &argument.at("as_graph").at("graph");
        else if (inner)
            for (const auto& name : exportedNames(argument))
                operands.push_back(name.empty() ? -1 : exportedValue(name, scope).id);
    }
    if (!inner || inner->at("inputs").size() != operands.size()) corrupt("the program calls a sub-graph wrongly");
    ExportedScope own;
    for (std::size_t i = 0; i < operands.size(); ++i)
        for (const auto& name : exportedNames(inner->at("inputs")[i])) own[name] = operands[i];
    lowerNodes(*inner, own, depth + 1);
    std::vector<std::string> results, wanted;
    for (const Json& output : inner->at("outputs"))
        for (auto& name : exportedNames(output)) results.push_back(std::move(name));
    for (const Json& output : node.at("outputs"))
        for (auto& name : exportedNames(output)) wanted.push_back(std::move(name));
    if (results.size() != wanted.size()) corrupt("the program takes another number of results from a sub-graph");
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (!wanted[i].empty() && !results[i].empty()) scope[wanted[i]] = exportedValue(results[i], own).id;
}

}  // namespace

Result<LoweredProgram> lowerExportedProgram(const ExportedProgramArchive& archive) {
    try {
        return ProgramLowering(archive).run();
    } catch (const ExportedRefusal& refusal) {
        return Error{.code = refusal.code,
                     .message = refusal.message,
                     .where = refusal.layer.empty() ? "" : "layer " + refusal.layer,
                     .layer = refusal.layer};
    } catch (const Json::exception& problem) {
        // Its text names the field: "[json.exception.out_of_range.403] key 'target' not found".
        const std::string text = problem.what();
        return Error{
            .code = ErrorCode::corrupt,
            .message = "the program is not written as torch.export does it: " + text.substr(text.find(']') + 2)};
    }
}

}  // namespace mantissa
