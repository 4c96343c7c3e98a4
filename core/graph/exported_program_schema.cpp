#include "graph/exported_program_schema.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mantissa {
namespace {

template <class Key, class Value, std::size_t N>
std::optional<Value> lookUp(const std::array<std::pair<Key, Value>, N>& table, const Key& key) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == key; });
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

using Code = std::int64_t;

constexpr std::array kDTypes{
    std::pair<Code, DType>{1, DType::u8},       std::pair<Code, DType>{2, DType::i8},
    std::pair<Code, DType>{3, DType::i16},      std::pair<Code, DType>{4, DType::i32},
    std::pair<Code, DType>{5, DType::i64},      std::pair<Code, DType>{6, DType::f16},
    std::pair<Code, DType>{7, DType::f32},      std::pair<Code, DType>{8, DType::f64},
    std::pair<Code, DType>{12, DType::boolean}, std::pair<Code, DType>{13, DType::bf16},
    std::pair<Code, DType>{28, DType::u16},     std::pair<Code, DType>{29, DType::f8e4m3},
    std::pair<Code, DType>{30, DType::f8e5m2},  std::pair<Code, DType>{34, DType::u32},
    std::pair<Code, DType>{35, DType::u64},
};

constexpr std::array kMemoryFormats{
    std::pair<Code, MemoryFormat>{1, MemoryFormat::contiguous},
    std::pair<Code, MemoryFormat>{2, MemoryFormat::channelsLast},
    std::pair<Code, MemoryFormat>{4, MemoryFormat::preserve},
};

using Text = std::string_view;

constexpr std::array kScalars{
    std::pair<Text, Text>{"torch.ops.aten.sym_size.int", "scalar::size"},
    std::pair<Text, Text>{"torch.ops.aten.sym_numel.default", "scalar::numel"},
    std::pair<Text, Text>{"torch.ops.aten.item.default", "scalar::item"},
    std::pair<Text, Text>{"torch.ops.aten._local_scalar_dense.default", "scalar::item"},
    std::pair<Text, Text>{"_operator.add", "scalar::add"},
    std::pair<Text, Text>{"_operator.sub", "scalar::sub"},
    std::pair<Text, Text>{"_operator.mul", "scalar::mul"},
    std::pair<Text, Text>{"_operator.floordiv", "scalar::floordiv"},
    std::pair<Text, Text>{"_operator.mod", "scalar::mod"},
    std::pair<Text, Text>{"_operator.truediv", "scalar::truediv"},
    std::pair<Text, Text>{"_operator.pow", "scalar::pow"},
    std::pair<Text, Text>{"_operator.neg", "scalar::neg"},
    std::pair<Text, Text>{"_operator.eq", "scalar::eq"},
    std::pair<Text, Text>{"_operator.ne", "scalar::ne"},
    std::pair<Text, Text>{"_operator.lt", "scalar::lt"},
    std::pair<Text, Text>{"_operator.le", "scalar::le"},
    std::pair<Text, Text>{"_operator.gt", "scalar::gt"},
    std::pair<Text, Text>{"_operator.ge", "scalar::ge"},
    std::pair<Text, Text>{"_operator.and_", "scalar::and"},
    std::pair<Text, Text>{"_operator.or_", "scalar::or"},
    std::pair<Text, Text>{"_operator.not_", "scalar::not"},
    std::pair<Text, Text>{"math.trunc", "scalar::trunc"},
    std::pair<Text, Text>{"math.floor", "scalar::floor"},
    std::pair<Text, Text>{"math.ceil", "scalar::ceil"},
    std::pair<Text, Text>{"builtins.round", "scalar::round"},
    std::pair<Text, Text>{"torch.sym_int", "scalar::int"},
    std::pair<Text, Text>{"torch.sym_float", "scalar::float"},
    std::pair<Text, Text>{"torch.sym_max", "scalar::max"},
    std::pair<Text, Text>{"torch.sym_min", "scalar::min"},
    std::pair<Text, Text>{"torch.sym_not", "scalar::not"},
    std::pair<Text, Text>{"torch._sym_sqrt", "scalar::sqrt"},
};

constexpr std::array<Text, 7> kAssertions{
    "torch.ops.aten._assert_async.msg",
    "torch.ops.aten._assert_async.default",
    "torch.ops.aten._assert_scalar.default",
    "torch.ops.aten._assert_tensor_metadata.default",
    "torch.ops.aten.sym_constrain_range.default",
    "torch.ops.aten.sym_constrain_range_for_size.default",
    "torch.ops.aten._functional_assert_async.msg",
};

}  // namespace

std::optional<DType> exportedDType(std::int64_t code) { return lookUp(kDTypes, code); }

std::optional<MemoryFormat> exportedMemoryFormat(std::int64_t code) { return lookUp(kMemoryFormats, code); }

std::optional<std::string> exportedScalarOperation(std::string_view target) {
    const auto found = lookUp(kScalars, target);
    return found ? std::optional<std::string>(*found) : std::nullopt;
}

bool isExportedAssertion(std::string_view target) {
    return std::find(kAssertions.begin(), kAssertions.end(), target) != kAssertions.end();
}

}  // namespace mantissa
