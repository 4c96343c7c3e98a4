#include "graph/exported_program_arguments.h"

#include <limits>
#include <map>
#include <string_view>

#include "graph/exported_program_schema.h"

namespace mantissa {
namespace {

using Json = nlohmann::json;

[[noreturn]] void corrupt(std::string message) {
    throw ExportedRefusal{.code = ErrorCode::corrupt, .message = std::move(message), .layer = ""};
}
[[noreturn]] void unsupported(std::string message) {
    throw ExportedRefusal{.code = ErrorCode::unsupported, .message = std::move(message), .layer = ""};
}

/// A union is an object with one key; the key says which kind it is.
std::pair<std::string, const Json*> kindOf(const Json& argument) {
    if (!argument.is_object() || argument.size() != 1) corrupt("the program holds an argument of no kind");
    return {argument.begin().key(), &argument.begin().value()};
}

std::int64_t integer(const Json& value) {
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX))
        corrupt("the program holds " + value.dump() + " where a whole number belongs");
    return value.get<std::int64_t>();
}

/// JSON has no words for infinity and NaN; the schema writes them as texts.
double real(const Json& value) {
    if (value.is_number()) return value.get<double>();
    static const std::map<std::string, double, std::less<>> words{
        {"Infinity", std::numeric_limits<double>::infinity()},
        {"-Infinity", -std::numeric_limits<double>::infinity()},
        {"NaN", std::numeric_limits<double>::quiet_NaN()}};
    if (value.is_string())
        if (const auto found = words.find(value.get_ref<const std::string&>()); found != words.end())
            return found->second;
    corrupt("the program holds " + value.dump() + " where a number belongs");
}

const std::string& nameIn(const Json& reference) {
    const auto name = reference.find("name");
    if (name == reference.end() || !name->is_string()) corrupt("the program refers to a value without naming it");
    return name->get_ref<const std::string&>();
}

/// {"as_name": …}, or a constant.
Argument symbolic(const Json& value, const ExportedScope& scope) {
    const auto [kind, content] = kindOf(value);
    if (kind == "as_name") return exportedValue(content->get<std::string>(), scope);
    if (kind == "as_int") return integer(*content);
    if (kind == "as_float") return real(*content);
    if (kind == "as_bool") return content->get<bool>();
    unsupported("the program uses a symbolic number of the kind " + kind + ", which Mantissa does not know");
}

ValueRef optionalTensor(const Json& value, const ExportedScope& scope) {
    const auto [kind, content] = kindOf(value);
    if (kind == "as_none") return {-1};
    if (kind == "as_tensor") return exportedValue(nameIn(*content), scope);
    unsupported("a list holds a " + kind + " where a tensor belongs");
}

template <class Element, class Convert>
std::vector<Element> listOf(const Json& values, Convert convert) {
    if (!values.is_array()) corrupt("the program holds something that is no list where a list belongs");
    std::vector<Element> list;
    list.reserve(values.size());
    for (const auto& value : values) list.push_back(convert(value));
    return list;
}

IntOrRef symbolicInt(const Json& value, const ExportedScope& scope) {
    const Argument argument = symbolic(value, scope);
    if (const auto* ref = std::get_if<ValueRef>(&argument)) return *ref;
    if (const auto* number = std::get_if<std::int64_t>(&argument)) return *number;
    corrupt("a list of sizes holds something that is no size");
}

template <class Value>
Value knownCode(std::optional<Value> value, const char* what, const Json& code) {
    if (!value)
        unsupported(std::string("the program uses a ") + what + " that Mantissa does not know (" + code.dump() + ")");
    return *value;
}

using KindReader = Argument (*)(const Json&, const ExportedScope&);

const std::map<std::string, KindReader, std::less<>>& readers() {
    using S = const ExportedScope&;
    static const std::map<std::string, KindReader, std::less<>> table{
        {"as_none", [](const Json&, S) -> Argument { return None{}; }},
        {"as_tensor", [](const Json& v, S s) -> Argument { return exportedValue(nameIn(v), s); }},
        {"as_tensors",
         [](const Json& v, S s) -> Argument {
             return listOf<ValueRef>(v, [&](const Json& e) { return exportedValue(nameIn(e), s); });
         }},
        {"as_optional_tensor",
         [](const Json& v, S s) -> Argument {
             const ValueRef ref = optionalTensor(v, s);
             return ref.id < 0 ? Argument(None{}) : Argument(ref);
         }},
        {"as_optional_tensors",
         [](const Json& v, S s) -> Argument {
             return listOf<ValueRef>(v, [&](const Json& e) { return optionalTensor(e, s); });
         }},
        {"as_int", [](const Json& v, S) -> Argument { return integer(v); }},
        {"as_ints", [](const Json& v, S) -> Argument { return listOf<IntOrRef>(v, integer); }},
        {"as_float", [](const Json& v, S) -> Argument { return real(v); }},
        {"as_floats", [](const Json& v, S) -> Argument { return listOf<double>(v, real); }},
        {"as_string", [](const Json& v, S) -> Argument { return v.get<std::string>(); }},
        {"as_bool", [](const Json& v, S) -> Argument { return v.get<bool>(); }},
        {"as_bools",
         [](const Json& v, S) -> Argument { return listOf<bool>(v, [](const Json& e) { return e.get<bool>(); }); }},
        {"as_sym_int", symbolic},
        {"as_sym_float", symbolic},
        {"as_sym_bool", symbolic},
        {"as_sym_ints",
         [](const Json& v, S s) -> Argument {
             return listOf<IntOrRef>(v, [&](const Json& e) { return symbolicInt(e, s); });
         }},
        {"as_scalar_type",
         [](const Json& v, S) -> Argument { return knownCode(exportedDType(integer(v)), "number type", v); }},
        {"as_memory_format",
         [](const Json& v, S) -> Argument { return knownCode(exportedMemoryFormat(integer(v)), "memory format", v); }},
        {"as_layout",
         [](const Json& v, S) -> Argument {
             if (integer(v) != kExportedStrided)
                 unsupported("the program makes sparse tensors, which Mantissa does not run");
             return LayoutArgument::strided;
         }},
        // Wherever it was exported, it runs on the processor here.
        {"as_device", [](const Json&, S) -> Argument { return DeviceArgument::cpu; }},
    };
    return table;
}

void collectNames(const Json& argument, std::vector<std::string>& names) {
    const auto [kind, content] = kindOf(argument);
    if (kind == "as_none")
        names.emplace_back();
    else if (kind == "as_tensor")
        names.push_back(nameIn(*content));
    else if (kind == "as_tensors")
        for (const auto& element : *content) names.push_back(nameIn(element));
    else if (kind == "as_optional_tensor")
        collectNames(*content, names);
    else if (kind == "as_optional_tensors")
        for (const auto& element : *content) collectNames(element, names);
    else if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
        names.push_back(content->at("as_name").get<std::string>());
    else
        unsupported("the program hands on a value of the kind " + kind + ", which Mantissa does not run");
}

}  // namespace

ValueRef exportedValue(const std::string& name, const ExportedScope& scope) {
    const auto found = scope.find(name);
    if (found == scope.end()) corrupt("the program uses the value “" + name + "”, which nothing before it computes");
    return {found->second};
}

std::vector<std::string> exportedNames(const Json& argument) {
    std::vector<std::string> names;
    collectNames(argument, names);
    return names;
}

Argument exportedArgument(const Json& argument, const ExportedScope& scope) {
    const auto [kind, content] = kindOf(argument);
    const auto reader = readers().find(kind);
    if (reader == readers().end())
        unsupported("the program uses an argument of the kind " + kind + ", which Mantissa does not run");
    return reader->second(*content, scope);
}

}  // namespace mantissa
