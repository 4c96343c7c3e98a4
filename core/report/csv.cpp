#include "report/csv.h"

#include <array>
#include <charconv>
#include <cstdlib>

namespace mantissa {

CsvWriter::CsvWriter(const std::vector<std::string>& header) : columns_(header.size()) {
    for (const auto& name : header) text(name);
    endRow();
}

CsvWriter& CsvWriter::text(std::string_view field) {
    if (inRow_++ > 0) out_ += ',';
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        out_ += field;
        return *this;
    }
    out_ += '"';
    for (const char c : field) {
        if (c == '"') out_ += '"';
        out_ += c;
    }
    out_ += '"';
    return *this;
}

CsvWriter& CsvWriter::number(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return text({buffer.data(), end});
}

CsvWriter& CsvWriter::integer(std::int64_t value) { return text(std::to_string(value)); }

CsvWriter& CsvWriter::empty(int fields) {
    for (int i = 0; i < fields; ++i) text("");
    return *this;
}

void CsvWriter::endRow() {
    if (inRow_ != columns_) std::abort();
    inRow_ = 0;
    out_ += "\r\n";
}

}  // namespace mantissa
