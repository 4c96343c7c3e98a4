#include "graph/torchscript_lowering.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <optional>
#include <unordered_map>

#include "graph/torchscript_scalars.h"
#include "graph/torchscript_symbol.h"

namespace mantissa {
namespace {

namespace jit = torch::jit;

/// What lowering stops with; turned into an Error at the door.
struct Refusal {
    std::string message;
    std::string layer;
};

class Lowering {
  public:
    Result<Graph> run(const jit::Module& module) {
        try {
            const auto graph = module.get_method("forward").graph();
            std::vector<Symbol> inputs{Symbol::object(module, "")};
            for (std::size_t i = 1; i < graph->inputs().size(); ++i) {
                const auto& type = graph->inputs()[i]->type();
                if (i == 1) {
                    const ValueId id = newValue();
                    graph_.inputs.push_back(id);
                    inputs.push_back(Symbol::tensor(id));
                } else if (type->kind() == c10::TypeKind::OptionalType) {
                    inputs.push_back(Symbol::constant(c10::IValue()));
                } else {
                    throw Refusal{"the model takes " + std::to_string(graph->inputs().size() - 1) + " inputs, and Mantissa feeds one picture", ""};
                }
            }
            if (graph_.inputs.empty()) throw Refusal{"the model takes no input", ""};
            const auto outputs = lowerBlock(*graph->block(), inputs, "");
            graph_.outputs = {firstTensor(outputs.at(0))};
            return std::move(graph_);
        } catch (const Refusal& refusal) {
            return Error{.code = ErrorCode::unsupported,
                         .message = refusal.message,
                         .where = refusal.layer.empty() ? "" : "layer " + refusal.layer,
                         .layer = refusal.layer};
        }
    }

  private:
    using Scope = std::unordered_map<const jit::Value*, Symbol>;

    ValueId newValue() { return graph_.valueCount++; }

    /// Runs a block with its inputs bound; gives its outputs. `path` is the module that the code belongs to.
    std::vector<Symbol> lowerBlock(const jit::Block& block, const std::vector<Symbol>& inputs, const std::string& path) {
        if (++depth_ > 200) throw Refusal{"the program nests too deeply", path};
        Scope scope;
        auto outputs = lowerInto(block, inputs, path, scope);
        --depth_;
        return outputs;
    }

    std::vector<Symbol> lowerInto(const jit::Block& block, const std::vector<Symbol>& inputs, const std::string& path, Scope& scope) {
        for (std::size_t i = 0; i < block.inputs().size(); ++i) scope[block.inputs()[i]] = inputs.at(i);
        for (const jit::Node* node : block.nodes()) lowerNode(*node, path, scope);
        std::vector<Symbol> outputs;
        for (const jit::Value* output : block.outputs()) outputs.push_back(scope.at(output));
        return outputs;
    }

    void lowerNode(const jit::Node& node, const std::string& path, Scope& scope);
    void lowerIf(const jit::Node& node, const std::string& path, Scope& scope);
    void lowerLoop(const jit::Node& node, const std::string& path, Scope& scope);
    void lowerCall(const jit::Node& node, const std::string& path, Scope& scope);
    bool lowerBuiltin(const jit::Node& node, const std::string& path, Scope& scope);
    void lowerOperator(const jit::Node& node, const std::string& path, Scope& scope);
    Symbol attribute(const jit::Node& node, const Symbol& object);

    std::vector<Symbol> inputsOf(const jit::Node& node, const Scope& scope) const {
        std::vector<Symbol> inputs;
        for (const jit::Value* input : node.inputs()) inputs.push_back(scope.at(input));
        return inputs;
    }
    static void bind(const jit::Node& node, const std::vector<Symbol>& values, Scope& scope) {
        for (std::size_t i = 0; i < node.outputs().size(); ++i) scope[node.outputs()[i]] = values.at(i);
    }

    /// A weight or constant tensor, once per name.
    ValueId tensorWeight(const std::string& name, const at::Tensor& tensor, bool isParameter, bool isConstant);
    Argument argument(const Symbol& symbol, const std::string& path);
    ValueId firstTensor(const Symbol& symbol) const;

    Graph graph_;
    std::map<std::string, ValueId> weights_;
    std::unordered_map<const void*, std::string> constants_;
    int depth_ = 0;
};

std::string where(const jit::Node& node) { return node.kind().toQualString(); }

bool onlyRaises(const jit::Block& block) {
    for (const jit::Node* node : block.nodes())
        if (node->kind() == c10::prim::RaiseException) return true;
    return false;
}

ValueId Lowering::tensorWeight(const std::string& name, const at::Tensor& tensor, bool isParameter, bool isConstant) {
    if (const auto known = weights_.find(name); known != weights_.end()) return known->second;
    const ValueId id = newValue();
    graph_.weights.push_back(toWeight(name, tensor, id, isParameter, isConstant));
    weights_[name] = id;
    return id;
}

Symbol Lowering::attribute(const jit::Node& node, const Symbol& object) {
    const std::string& name = node.s(c10::attr::name);
    const std::string path = object.path.empty() ? name : object.path + "." + name;
    const c10::IValue value = object.module->attr(name);
    if (value.isModule()) return Symbol::object(value.toModule(), path);
    if (!value.isTensor()) return Symbol::constant(value);
    if (!value.toTensor().defined()) return Symbol::constant(c10::IValue());
    const auto& type = object.module->type();
    return Symbol::tensor(tensorWeight(path, value.toTensor(), type->is_parameter(type->getAttributeSlot(name)), false));
}

Argument Lowering::argument(const Symbol& symbol, const std::string& path) {
    switch (symbol.kind) {
        case Symbol::Kind::value: return ValueRef{symbol.id};
        case Symbol::Kind::constant:
            if (symbol.ivalue.isTensor()) {
                const at::Tensor& tensor = symbol.ivalue.toTensor();
                // A number that Python wrote in an expression: it must not take part in type promotion as a tensor would.
                if (tensor.dim() == 0 && (tensor.scalar_type() == at::kDouble || tensor.scalar_type() == at::kLong || tensor.scalar_type() == at::kBool))
                    return scalarArgument(tensor.item());
                auto& name = constants_[tensor.unsafeGetTensorImpl()];
                if (name.empty()) name = "constant_" + std::to_string(constants_.size());
                return ValueRef{tensorWeight(name, tensor, false, true)};
            }
            if (auto converted = constantArgument(symbol.ivalue)) return *std::move(converted);
            throw Refusal{"a constant of type " + symbol.ivalue.tagKind() + " cannot be an argument", path};
        case Symbol::Kind::list: {
            bool tensors = false, floats = false, bools = false;
            for (const auto& item : symbol.items) {
                tensors |= item.isTensorLike();
                floats |= item.kind == Symbol::Kind::constant && item.ivalue.isDouble();
                bools |= item.kind == Symbol::Kind::constant && item.ivalue.isBool();
            }
            if (tensors || (symbol.items.empty() && symbol.tensorList)) {
                std::vector<ValueRef> refs;
                for (const auto& item : symbol.items) {
                    const Argument a = argument(item, path);
                    if (std::holds_alternative<None>(a)) refs.push_back({-1});
                    else if (const auto* ref = std::get_if<ValueRef>(&a)) refs.push_back(*ref);
                    else throw Refusal{"a list mixes tensors and numbers", path};
                }
                return refs;
            }
            if (floats) {
                std::vector<double> values;
                for (const auto& item : symbol.items) values.push_back(item.ivalue.toScalar().toDouble());
                return values;
            }
            if (bools) {
                std::vector<bool> values;
                for (const auto& item : symbol.items) values.push_back(item.ivalue.toBool());
                return values;
            }
            std::vector<IntOrRef> values;
            for (const auto& item : symbol.items) {
                if (item.kind == Symbol::Kind::value) values.emplace_back(ValueRef{item.id});
                else if (item.kind == Symbol::Kind::constant && item.ivalue.isInt()) values.emplace_back(item.ivalue.toInt());
                else throw Refusal{"a list holds something that is no number", path};
            }
            return values;
        }
        default: throw Refusal{"an argument is neither a tensor nor a number", path};
    }
}

ValueId Lowering::firstTensor(const Symbol& symbol) const {
    if (symbol.kind == Symbol::Kind::value) return symbol.id;
    // A tuple, list or dict of results: the logits come first.
    for (const auto& item : symbol.items)
        if (item.kind == Symbol::Kind::value || !item.items.empty()) return firstTensor(item);
    throw Refusal{"the model returns no tensor", ""};
}

void Lowering::lowerIf(const jit::Node& node, const std::string& path, Scope& scope) {
    const Symbol& condition = scope.at(node.input(0));
    const jit::Block* taken = nullptr;
    if (condition.kind == Symbol::Kind::constant && condition.ivalue.isBool())
        taken = node.blocks()[condition.ivalue.toBool() ? 0 : 1];
    else if (onlyRaises(*node.blocks()[0]))
        taken = node.blocks()[1];  // a check of the input: what it would raise, the operators after it report themselves
    else if (onlyRaises(*node.blocks()[1]))
        taken = node.blocks()[0];
    else if (node.outputs().empty() && node.blocks()[0]->nodes().begin() == node.blocks()[0]->nodes().end() &&
             node.blocks()[1]->nodes().begin() == node.blocks()[1]->nodes().end())
        return;
    if (!taken) throw Refusal{"the model decides by its data which way to go (if), which Mantissa does not run yet; trace it: torch.jit.trace(model.eval(), example)", path};
    for (const jit::Node* inner : taken->nodes()) lowerNode(*inner, path, scope);
    for (std::size_t i = 0; i < node.outputs().size(); ++i) scope[node.outputs()[i]] = scope.at(taken->outputs()[i]);
}

void Lowering::lowerLoop(const jit::Node& node, const std::string& path, Scope& scope) {
    const auto refuse = [&] { throw Refusal{"the model repeats a part as often as its data say (loop), which Mantissa does not run yet; trace it: torch.jit.trace(model.eval(), example)", path}; };
    const Symbol& count = scope.at(node.input(0));
    const Symbol& start = scope.at(node.input(1));
    const auto isTrue = [](const Symbol& s) { return s.kind == Symbol::Kind::constant && s.ivalue.isBool() && s.ivalue.toBool(); };
    constexpr std::int64_t kMostRounds = 4096;
    if (count.kind != Symbol::Kind::constant || !count.ivalue.isInt() || count.ivalue.toInt() > kMostRounds || !isTrue(start)) refuse();
    std::vector<Symbol> carried;
    for (std::size_t i = 2; i < node.inputs().size(); ++i) carried.push_back(scope.at(node.input(i)));
    const jit::Block& body = *node.blocks()[0];
    for (std::int64_t round = 0; round < count.ivalue.toInt(); ++round) {
        scope[body.inputs()[0]] = Symbol::constant(round);
        for (std::size_t i = 0; i < carried.size(); ++i) scope[body.inputs()[i + 1]] = carried[i];
        for (const jit::Node* inner : body.nodes()) lowerNode(*inner, path, scope);
        if (!isTrue(scope.at(body.outputs()[0]))) refuse();
        for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = scope.at(body.outputs()[i + 1]);
    }
    bind(node, carried, scope);
}

void Lowering::lowerCall(const jit::Node& node, const std::string& path, Scope& scope) {
    auto inputs = inputsOf(node, scope);
    std::shared_ptr<jit::Graph> graph;
    std::string inner = path;
    if (node.kind() == c10::prim::CallMethod) {
        const Symbol& self = inputs.at(0);
        if (self.kind != Symbol::Kind::object) throw Refusal{"a method is called on something that is no module", path};
        graph = self.module->get_method(node.s(c10::attr::name)).graph();
        inner = self.path;
    } else {
        auto* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
        graph = jit::toGraphFunction(*function).graph();
        inputs.erase(inputs.begin());
    }
    bind(node, lowerBlock(*graph->block(), inputs, inner), scope);
}

/// prim:: nodes and what the interpreter does without the dispatcher; false for an ordinary operator.
bool Lowering::lowerBuiltin(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    const auto kind = node.kind();
    if (kind == aten::warn || kind == prim::RaiseException) return true;
    const auto inputs = kind == prim::Constant ? std::vector<Symbol>{} : inputsOf(node, scope);
    const auto set = [&](Symbol symbol) { scope[node.output(0)] = std::move(symbol); };

    if (kind == prim::ListConstruct || kind == prim::TupleConstruct) {
        const auto* list = node.output(0)->type()->castRaw<ListType>();
        set(Symbol::list(inputs, list && list->getElementType()->isSubtypeOf(*OptionalType::create(TensorType::get()))));
    } else if (kind == prim::DictConstruct) {
        std::vector<Symbol> values;
        for (std::size_t i = 1; i < inputs.size(); i += 2) values.push_back(inputs[i]);
        set(Symbol::list(values, false));
    } else if (kind == prim::ListUnpack || kind == prim::TupleUnpack) {
        if (inputs[0].kind == Symbol::Kind::tensorListResult) {
            Node& source = graph_.nodes.at(inputs[0].node);
            if (!source.outputs.empty()) throw Refusal{"a list of tensors is taken apart twice", path};
            for (const jit::Value* output : node.outputs()) {
                source.outputs.push_back(newValue());
                scope[output] = Symbol::tensor(source.outputs.back());
            }
            return true;
        }
        if (inputs[0].kind != Symbol::Kind::list || inputs[0].items.size() != node.outputs().size())
            throw Refusal{"a list whose length only the data tell is taken apart", path};
        bind(node, inputs[0].items, scope);
    } else if (kind == prim::TupleIndex || kind == aten::__getitem__) {
        const bool known = inputs[0].kind == Symbol::Kind::list && inputs[1].kind == Symbol::Kind::constant && inputs[1].ivalue.isInt();
        const auto size = static_cast<std::int64_t>(inputs[0].items.size());
        std::int64_t index = known ? inputs[1].ivalue.toInt() : 0;
        if (index < 0) index += size;
        if (!known || index < 0 || index >= size) throw Refusal{"an element of a list is chosen by the data", path};
        set(inputs[0].items[static_cast<std::size_t>(index)]);
    } else if (kind == prim::unchecked_cast || kind == prim::Uninitialized || kind == prim::unchecked_unwrap_optional) {
        set(inputs.empty() ? Symbol::constant(IValue()) : inputs[0]);
    } else if (kind == aten::__is__ || kind == aten::__isnot__) {
        const bool bothNone = inputs[0].isNone() && inputs[1].isNone();
        if (!inputs[0].isNone() && !inputs[1].isNone()) throw Refusal{"the model compares two objects", path};
        set(Symbol::constant(kind == aten::__is__ ? bothNone : !bothNone));
    } else if (kind == aten::len && inputs[0].kind == Symbol::Kind::list) {
        set(Symbol::constant(static_cast<std::int64_t>(inputs[0].items.size())));
    } else if (kind == aten::size && inputs.size() == 1) {
        const auto* type = node.input(0)->type()->castRaw<TensorType>();
        const auto rank = type ? type->dim() : std::nullopt;
        if (!rank) throw Refusal{"the model asks for a tensor's whole shape, whose length the file does not say", path};
        std::vector<Symbol> sizes;
        for (std::size_t d = 0; d < *rank; ++d) {
            graph_.nodes.push_back({"scalar::size", "", {{"", ValueRef{inputs[0].id}}, {"", static_cast<std::int64_t>(d)}}, {newValue()}, false, path});
            sizes.push_back(Symbol::number(graph_.nodes.back().outputs[0]));
        }
        set(Symbol::list(sizes, false));
    } else if (const auto scalar = scalarOperation(node)) {
        if (auto folded = foldScalar(node, inputs)) {
            set(Symbol::constant(*folded));
            return true;
        }
        Node call{*scalar, "", {}, {newValue()}, false, path};
        for (const auto& input : inputs) call.arguments.push_back({"", argument(input, path)});
        const bool tensor = *scalar == "scalar::to_tensor";
        set(tensor ? Symbol::tensor(call.outputs[0]) : Symbol::number(call.outputs[0]));
        graph_.nodes.push_back(std::move(call));
    } else {
        return false;
    }
    return true;
}

void Lowering::lowerOperator(const jit::Node& node, const std::string& path, Scope& scope) {
    const auto* schema = node.maybeSchema();
    const std::string name = where(node);
    if (!schema || !name.starts_with("aten::"))
        throw Refusal{"the model uses " + name + ", which Mantissa does not run; trace it: torch.jit.trace(model.eval(), example)", path};
    for (const char* mutation : {"aten::append", "aten::extend", "aten::insert", "aten::_set_item", "aten::pop", "aten::clear", "aten::Delete"})
        if (name == mutation) throw Refusal{"the model changes a list while it runs (" + name + "), which Mantissa does not run yet; trace it: torch.jit.trace(model.eval(), example)", path};
    Node call{name, schema->overload_name(), {}, {}, false, path};
    const auto inputs = inputsOf(node, scope);
    for (std::size_t i = 0; i < inputs.size(); ++i) call.arguments.push_back({schema->arguments().at(i).name(), argument(inputs[i], path)});
    const bool list = node.outputs().size() == 1 && node.output(0)->type()->kind() == c10::TypeKind::ListType;
    if (list) {
        call.listOutput = true;  // how many tensors it gives is known once they are taken apart
        graph_.nodes.push_back(std::move(call));
        scope[node.output(0)] = Symbol::tensorListResult(graph_.nodes.size() - 1);
        return;
    }
    for (const jit::Value* output : node.outputs()) {
        call.outputs.push_back(newValue());
        const bool tensor = output->type()->kind() == c10::TypeKind::TensorType;
        scope[output] = tensor ? Symbol::tensor(call.outputs.back()) : Symbol::number(call.outputs.back());
    }
    graph_.nodes.push_back(std::move(call));
}

void Lowering::lowerNode(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    constexpr std::size_t kMostNodes = 1'000'000;
    if (graph_.nodes.size() > kMostNodes) throw Refusal{"the program unrolls to more than a million calls", path};
    const auto kind = node.kind();
    if (kind == prim::Constant) {
        if (node.output(0)->type()->kind() == TypeKind::FunctionType) scope[node.output(0)] = Symbol::constant(IValue());
        else scope[node.output(0)] = Symbol::constant(jit::toIValue(node.output(0)).value_or(IValue()));
    } else if (kind == prim::GetAttr) {
        const Symbol& object = scope.at(node.input(0));
        if (object.kind != Symbol::Kind::object) throw Refusal{"an attribute is read from something that is no module", path};
        scope[node.output(0)] = attribute(node, object);
    } else if (kind == prim::CallMethod || kind == prim::CallFunction) {
        lowerCall(node, path, scope);
    } else if (kind == prim::If) {
        lowerIf(node, path, scope);
    } else if (kind == prim::Loop) {
        lowerLoop(node, path, scope);
    } else if (!lowerBuiltin(node, path, scope)) {
        lowerOperator(node, path, scope);
    }
}

}  // namespace

Result<Graph> lowerTorchScript(const torch::jit::Module& module) { return Lowering().run(module); }

}  // namespace mantissa
