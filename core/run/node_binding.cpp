#include "run/node_binding.h"

#include <ATen/ScalarOps.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/jit_type.h>

#include <algorithm>

#include "run/dtypes.h"
#include "run/opaque_program.h"
#include "run/operator_table.h"

namespace mantissa {
namespace {

using c10::IValue;

Error bindError(const Node& node, const std::string& argument, const std::string& what) {
    return {.code = ErrorCode::unsupported,
            .message = "argument " + argument + " of " + node.op + " " + what,
            .where = "layer " + (node.layer.empty() ? "(top)" : node.layer),
            .op = node.op,
            .layer = node.layer};
}

c10::TypePtr withoutOptional(c10::TypePtr type) {
    while (type->kind() == c10::TypeKind::OptionalType) type = type->expectRef<c10::OptionalType>().getElementType();
    return type;
}

c10::TypePtr elementOf(const c10::TypePtr& list) { return list->expectRef<c10::ListType>().getElementType(); }

c10::MemoryFormat memoryFormat(MemoryFormat format) {
    switch (format) {
        case MemoryFormat::contiguous:
            return c10::MemoryFormat::Contiguous;
        case MemoryFormat::preserve:
            return c10::MemoryFormat::Preserve;
        case MemoryFormat::channelsLast:
            return c10::MemoryFormat::ChannelsLast;
    }
    return c10::MemoryFormat::Contiguous;
}

IValue wrapped(const IValue& number) { return at::native::wrapped_scalar_tensor(number.toScalar()); }

/// A constant as the schema's type asks; nothing when the two do not fit.
std::optional<IValue> convert(const Argument& value, const c10::Argument& formal) {
    const c10::TypePtr type = withoutOptional(formal.type());
    const bool optional = formal.type()->kind() == c10::TypeKind::OptionalType;
    using K = c10::TypeKind;
    const K kind = type->kind();
    if (std::holds_alternative<None>(value)) {
        if (!optional && kind != K::TensorType && kind != K::NoneType) return std::nullopt;
        return IValue();
    }
    if (const auto* b = std::get_if<bool>(&value)) {
        if (kind == K::BoolType || kind == K::NumberType) return IValue(*b);
        if (kind == K::IntType) return IValue(static_cast<std::int64_t>(*b));
        if (kind == K::TensorType) return wrapped(IValue(*b));
    } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
        if (kind == K::IntType || kind == K::NumberType) return IValue(*i);
        if (kind == K::FloatType) return IValue(static_cast<double>(*i));
        if (kind == K::BoolType) return IValue(*i != 0);
        if (kind == K::TensorType) return wrapped(IValue(*i));
        if (kind == K::ListType && elementOf(type)->kind() == K::IntType)  // int[2] takes one number for both
            return IValue(std::vector<std::int64_t>(static_cast<std::size_t>(formal.N().value_or(1)), *i));
    } else if (const auto* d = std::get_if<double>(&value)) {
        if (kind == K::FloatType || kind == K::NumberType) return IValue(*d);
        if (kind == K::TensorType) return wrapped(IValue(*d));
    } else if (const auto* s = std::get_if<std::string>(&value)) {
        if (kind == K::StringType) return IValue(*s);
    } else if (const auto* t = std::get_if<DType>(&value)) {
        if (kind == K::IntType || kind == K::ScalarTypeType)
            if (const auto scalar = scalarType(*t)) return IValue(static_cast<std::int64_t>(*scalar));
    } else if (const auto* m = std::get_if<MemoryFormat>(&value)) {
        if (kind == K::IntType || kind == K::MemoryFormatType)
            return IValue(static_cast<std::int64_t>(memoryFormat(*m)));
    } else if (std::holds_alternative<DeviceArgument>(value)) {
        if (kind == K::DeviceObjType) return IValue(c10::Device(c10::kCPU));
    } else if (std::holds_alternative<LayoutArgument>(value)) {
        if (kind == K::IntType || kind == K::LayoutType) return IValue(static_cast<std::int64_t>(c10::Layout::Strided));
    } else if (const auto* doubles = std::get_if<std::vector<double>>(&value)) {
        if (kind == K::ListType && elementOf(type)->kind() == K::FloatType) return IValue(*doubles);
    } else if (const auto* bools = std::get_if<std::vector<bool>>(&value)) {
        if (kind == K::ListType && elementOf(type)->kind() == K::BoolType) {
            c10::List<bool> list;
            for (const bool element : *bools) list.push_back(element);
            return IValue(list);
        }
    } else if (const auto* ints = std::get_if<std::vector<IntOrRef>>(&value)) {
        // Only whole constants come here; lists with values in them are patched at run time.
        if (kind != K::ListType) return std::nullopt;
        const K element = elementOf(type)->kind();
        if (element == K::IntType) {
            std::vector<std::int64_t> list;
            for (const auto& e : *ints) list.push_back(std::get<std::int64_t>(e));
            return IValue(std::move(list));
        }
        if (element == K::FloatType) {
            std::vector<double> list;
            for (const auto& e : *ints) list.push_back(static_cast<double>(std::get<std::int64_t>(e)));
            return IValue(std::move(list));
        }
    }
    return std::nullopt;
}

bool holdsReference(const std::vector<IntOrRef>& list) {
    return std::any_of(list.begin(), list.end(), [](const IntOrRef& e) { return std::holds_alternative<ValueRef>(e); });
}

}  // namespace

Status BoundNode::bindArgument(const Node& node, const c10::Argument& formal, std::size_t position,
                               const Argument* actual) {
    if (!actual) {
        if (formal.default_value()) {
            stack_[position] = *formal.default_value();
            return Done{};
        }
        if (formal.type()->kind() == c10::TypeKind::OptionalType) return Done{};
        return bindError(node, formal.name(), "is missing");
    }
    const c10::TypePtr type = withoutOptional(formal.type());
    if (const auto* ref = std::get_if<ValueRef>(actual)) {
        patches_.push_back({position, ref->id, type->kind() == c10::TypeKind::TensorType});
        reads_.push_back(ref->id);
        return Done{};
    }
    if (const auto* refs = std::get_if<std::vector<ValueRef>>(actual)) {
        if (type->kind() != c10::TypeKind::ListType)
            return bindError(node, formal.name(), "is a list, but the operator takes none");
        const auto element = elementOf(type);
        ListPatch patch{position, {}, true, element->kind() == c10::TypeKind::OptionalType};
        for (const auto& r : *refs) {
            patch.elements.emplace_back(r);
            if (r.id >= 0) reads_.push_back(r.id);
        }
        listPatches_.push_back(std::move(patch));
        return Done{};
    }
    if (const auto* ints = std::get_if<std::vector<IntOrRef>>(actual); ints && holdsReference(*ints)) {
        listPatches_.push_back({position, *ints, false, false});
        for (const auto& e : *ints)
            if (const auto* r = std::get_if<ValueRef>(&e)) reads_.push_back(r->id);
        return Done{};
    }
    auto value = convert(*actual, formal);
    if (!value)
        return bindError(node, formal.name(),
                         "has a type that the operator does not take (" + formal.type()->str() + ")");
    stack_[position] = std::move(*value);
    const auto* dtype = std::get_if<DType>(actual);
    if (dtype && *dtype == DType::f32 && (node.op == "aten::to" || node.op == "aten::_to_copy"))
        dtypeArgument_ = position;
    return Done{};
}

Result<BoundNode> BoundNode::bindScalar(const Node& node, ScalarOp scalar) {
    BoundNode bound;
    bound.node_ = &node;
    bound.scalar_ = scalar;
    if (node.arguments.size() != scalar.arity || node.outputs.size() != 1)
        return bindError(node, "list", "has the wrong length");
    bound.stack_.resize(node.arguments.size());
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
        const Argument& a = node.arguments[i].value;
        if (const auto* ref = std::get_if<ValueRef>(&a)) {
            bound.patches_.push_back({i, ref->id, false});
            bound.reads_.push_back(ref->id);
        } else if (const auto* n = std::get_if<std::int64_t>(&a)) {
            bound.stack_[i] = *n;
        } else if (const auto* d = std::get_if<double>(&a)) {
            bound.stack_[i] = *d;
        } else if (const auto* b = std::get_if<bool>(&a)) {
            bound.stack_[i] = *b;
        } else {
            return bindError(node, std::to_string(i), "is no number");
        }
    }
    return bound;
}

Result<BoundNode> BoundNode::bindProgram(const Node& node) {
    BoundNode bound;
    bound.node_ = &node;
    if (!node.program || node.outputs.size() != 1) return bindError(node, "list", "has the wrong length");
    for (const auto& argument : node.arguments) {
        const auto* ref = std::get_if<ValueRef>(&argument.value);
        if (!ref) return bindError(node, argument.name, "is no tensor");
        bound.reads_.push_back(ref->id);
    }
    return bound;
}

Result<BoundNode> BoundNode::bind(const Node& node) {
    if (node.op == kProgramOp) return bindProgram(node);
    if (const ScalarOp scalar = findScalarOp(node.op); scalar.function) return bindScalar(node, scalar);
    BoundNode bound;
    bound.node_ = &node;
    bound.op_ = c10::Dispatcher::singleton().findSchema({node.op, node.overload});
    if (!bound.op_)
        return Error{
            .code = ErrorCode::unsupported,
            .message = "this LibTorch has no operator " + node.op + (node.overload.empty() ? "" : "." + node.overload),
            .where = "layer " + (node.layer.empty() ? "(top)" : node.layer),
            .op = node.op,
            .layer = node.layer};
    const c10::FunctionSchema& schema = bound.op_->schema();
    const auto& formals = schema.arguments();
    std::vector<const Argument*> actuals(formals.size(), nullptr);
    std::size_t nextPositional = 0;
    for (const auto& [name, value] : node.arguments) {
        std::size_t position = formals.size();
        if (name.empty())
            position = nextPositional++;
        else
            for (std::size_t i = 0; i < formals.size(); ++i)
                if (formals[i].name() == name) position = i;
        if (position >= formals.size())
            return bindError(node, name.empty() ? "list" : name, "is not one that the operator takes");
        actuals[position] = &value;
    }
    bound.stack_.resize(formals.size());
    for (std::size_t i = 0; i < formals.size(); ++i) {
        if (auto status = bound.bindArgument(node, formals[i], i, actuals[i]); !status)
            return std::move(status).error();
        if (const auto* alias = formals[i].alias_info()) bound.writesArgument_ |= alias->isWrite();
    }
    for (const auto& result : schema.returns())
        if (const auto* alias = result.alias_info()) bound.returnsView_ |= !alias->isWrite();
    const bool countsFit =
        node.listOutput ? schema.returns().size() == 1 : schema.returns().size() >= node.outputs.size();
    if (!countsFit) return bindError(node, "list of results", "is longer than what the operator returns");
    return bound;
}

void BoundNode::castBackTo(c10::ScalarType model) {
    if (dtypeArgument_ && model != c10::ScalarType::Float) castBackTo_ = model;
}

bool BoundNode::setFlag(std::string_view name, bool value) {
    if (!op_) return false;
    const auto& formals = op_->schema().arguments();
    for (std::size_t i = 0; i < formals.size(); ++i)
        if (formals[i].name() == name && stack_[i].isBool()) {
            stack_[i] = value;
            return true;
        }
    return false;
}

std::vector<IValue> BoundNode::argumentsFrom(const std::vector<IValue>& slots) const {
    std::vector<IValue> stack = stack_;
    const auto slot = [&slots](ValueId id) -> const IValue& { return slots[static_cast<std::size_t>(id)]; };
    for (const auto& patch : patches_) {
        const IValue& value = slot(patch.value);
        stack[patch.argument] = patch.wrapNumber && value.isScalar() ? wrapped(value) : value;
    }
    for (const auto& patch : listPatches_) {
        if (!patch.tensors) {
            std::vector<std::int64_t> list;
            for (const auto& e : patch.elements) {
                const auto* n = std::get_if<std::int64_t>(&e);
                list.push_back(n ? *n : slot(std::get<ValueRef>(e).id).toInt());
            }
            stack[patch.argument] = std::move(list);
        } else if (patch.optional) {
            c10::List<std::optional<at::Tensor>> list;
            for (const auto& e : patch.elements) {
                const ValueId id = std::get<ValueRef>(e).id;
                list.push_back(id < 0 ? std::optional<at::Tensor>{} : slot(id).toTensor());
            }
            stack[patch.argument] = std::move(list);
        } else {
            c10::List<at::Tensor> list;
            for (const auto& e : patch.elements) list.push_back(slot(std::get<ValueRef>(e).id).toTensor());
            stack[patch.argument] = std::move(list);
        }
    }
    if (castBackTo_ && stack[0].isTensor() && stack[0].toTensor().scalar_type() == at::kFloat)
        stack[*dtypeArgument_] = static_cast<std::int64_t>(*castBackTo_);
    return stack;
}

c10::List<at::Tensor> BoundNode::callForList(const std::vector<IValue>& slots) const {
    std::vector<IValue> stack = argumentsFrom(slots);
    op_->callBoxed(stack);
    return stack.at(0).toTensorList();
}

void BoundNode::call(std::vector<IValue>& slots, std::stop_token stop) const {
    const auto& outputs = node_->outputs;
    if (isProgram()) {
        std::vector<at::Tensor> arguments;
        for (const ValueId id : reads_) arguments.push_back(slots[static_cast<std::size_t>(id)].toTensor());
        slots[static_cast<std::size_t>(outputs[0])] = node_->program->run(arguments, std::move(stop));
        return;
    }
    if (scalar_.function) {
        slots[static_cast<std::size_t>(outputs[0])] = scalar_.function(argumentsFrom(slots));
        return;
    }
    if (node_->listOutput) {
        const c10::List<at::Tensor> list = callForList(slots);
        TORCH_CHECK(list.size() == outputs.size(), node_->op, " gave ", list.size(),
                    " tensors where the model expects ", outputs.size());
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (outputs[i] >= 0) slots[static_cast<std::size_t>(outputs[i])] = list.get(i);
        return;
    }
    std::vector<IValue> stack = argumentsFrom(slots);
    op_->callBoxed(stack);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        if (outputs[i] >= 0) slots[static_cast<std::size_t>(outputs[i])] = std::move(stack[i]);
}

}  // namespace mantissa
