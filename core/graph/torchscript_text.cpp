#include "graph/torchscript_text.h"

#include <algorithm>
#include <string_view>

namespace mantissa {
namespace {

constexpr std::string_view kSpaces = " \t";

/// What a parser that calls itself meets in one expression. A list starts anew after every comma.
struct Depth {
    int brackets = 0;
    int operators = 0;
};

bool isOperator(char c) { return std::string_view("+-*/%@<>=!~|&^").find(c) != std::string_view::npos; }

/// Whether text nests deeper than any program that PyTorch writes, in brackets, operators or blocks.
bool nestsTooDeeply(std::string_view text) {
    constexpr int kMostBrackets = 200, kMostOperators = 2000;
    constexpr std::size_t kMostIndent = 400;
    Depth depth;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == '\\')
                ++i;
            else if (c == quote || c == '\n')
                quote = 0;
            continue;
        }
        if (c == '"' || c == '\'')
            quote = c;
        else if (c == '(' || c == '[' || c == '{')
            ++depth.brackets;
        else if (c == ')' || c == ']' || c == '}')
            depth.brackets = std::max(0, depth.brackets - 1);
        else if (isOperator(c) || c == '.' || c == ' ')
            ++depth.operators;  // words between spaces may be operators: not, and, if
        else if (c == ',')
            depth.operators = 0;
        if (c == '\n') {
            if (depth.brackets == 0) depth.operators = 0;
            const auto indent = text.find_first_not_of(kSpaces, i + 1);
            if (indent != std::string_view::npos && indent - i > kMostIndent) return true;
            i = indent == std::string_view::npos ? text.size() : indent - 1;
        }
        if (depth.brackets > kMostBrackets || depth.operators > kMostOperators) return true;
    }
    return false;
}

}  // namespace

Status checkTorchScriptText(const ZipArchive& archive) {
    const std::string root = archive.rootFolder() + "/";
    const auto refuse = [&](ErrorCode code, const std::string& record, std::string message) {
        return Error{.code = code, .message = std::move(message), .where = archive.where() + ": record " + record};
    };
    constexpr std::size_t kMostText = std::size_t{64} << 20;
    std::size_t total = 0;
    for (const auto& name : archive.names()) {
        const bool isCode = name.starts_with(root + "code/") && name.ends_with(".py");
        const bool isPickle = name.ends_with(".pkl");
        if (!isCode && !isPickle) continue;
        auto record = archive.read(name);
        if (!record) return std::move(record).error();
        const std::string_view text(reinterpret_cast<const char*>(record->bytes.data()), record->bytes.size());
        total += text.size();
        if (total > kMostText) return refuse(ErrorCode::unsupported, name, "makes the program larger than 64 MB");
        if (text.find("__torch__.torch.classes.") != std::string_view::npos)
            return refuse(ErrorCode::unsupported, name,
                          "holds objects of a C++ class, as quantised models do, which Mantissa does not run; save the "
                          "model before it is quantised");
        if (!isCode) continue;
        if (text.find("__setstate__") != std::string_view::npos)
            return refuse(ErrorCode::unsupported, name,
                          "has code that would run while the file is opened (__setstate__), which Mantissa does not "
                          "allow; save a model without it");
        if (nestsTooDeeply(text))
            return refuse(ErrorCode::corrupt, name, "nests deeper than any program that PyTorch writes");
    }
    return Done{};
}

}  // namespace mantissa
