#include "graph/torchscript_symbol.h"

#include "graph/torchscript_dtypes.h"

namespace mantissa {

Argument scalarArgument(const c10::Scalar& number) {
    if (number.isBoolean()) return number.toBool();
    if (number.isIntegral(false)) return number.toLong();
    return number.toDouble();
}

std::optional<Argument> constantArgument(const c10::IValue& value) {
    if (value.isNone()) return Argument(None{});
    if (value.isBool()) return Argument(value.toBool());
    if (value.isInt()) return Argument(value.toInt());
    if (value.isDouble()) return Argument(value.toDouble());
    if (value.isString()) return Argument(value.toStringRef());
    if (value.isDevice()) return Argument(DeviceArgument::cpu);
    if (value.isIntList()) {
        std::vector<IntOrRef> list;
        for (const std::int64_t n : value.toIntVector()) list.emplace_back(n);
        return Argument(std::move(list));
    }
    if (value.isDoubleList()) return Argument(value.toDoubleVector());
    if (value.isBoolList()) {
        std::vector<bool> list;
        for (const bool b : value.toBoolList()) list.push_back(b);
        return Argument(std::move(list));
    }
    return std::nullopt;
}

std::optional<Symbol> unpackedList(const c10::IValue& list) {
    Symbol::Items items;
    bool tensors = false;
    if (list.isTuple()) {
        for (const auto& element : list.toTupleRef().elements()) items.push_back(Symbol::constant(element));
    } else if (list.isList()) {
        tensors = list.isTensorList();
        for (const c10::IValue& element : list.toListRef()) items.push_back(Symbol::constant(element));
    } else {
        return std::nullopt;
    }
    return Symbol::list(std::move(items), tensors);
}

Weight toWeight(const std::string& name, const at::Tensor& tensor, ValueId id, bool isParameter, bool isConstant) {
    // Tensors that do not fill a plain range of memory are packed: a view of part of a storage may reach backwards or
    // leave holes.
    const at::Tensor own = tensor.is_non_overlapping_and_dense() ? tensor.detach() : tensor.detach().contiguous();
    Weight weight;
    weight.tensor.name = name;
    weight.tensor.dtype = fileDType(own.scalar_type());
    weight.tensor.shape = own.sizes().vec();
    if (!own.is_contiguous()) weight.tensor.strides = own.strides().vec();
    weight.tensor.bytes = {static_cast<const std::byte*>(own.const_data_ptr()), static_cast<std::size_t>(own.nbytes())};
    weight.tensor.owner = std::make_shared<at::Tensor>(own);
    weight.value = id;
    weight.isParameter = isParameter;
    weight.persistent = !isConstant;
    weight.castable = !isConstant;
    return weight;
}

}  // namespace mantissa
