#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mantissa {

/// Comma-separated values as RFC 4180 describes them: CRLF rows, fields quoted where they hold a comma, a quote or a line break.
class CsvWriter {
  public:
    explicit CsvWriter(const std::vector<std::string>& header);

    CsvWriter& text(std::string_view field);
    CsvWriter& number(double value);  ///< shortest text that reads back to the same FP64; nan, inf, -inf as words
    CsvWriter& integer(std::int64_t value);
    CsvWriter& empty(int fields);
    void endRow();  ///< rows shorter or longer than the header are a programming error and end the program

    const std::string& text() const { return out_; }

  private:
    std::string out_;
    std::size_t columns_ = 0;
    std::size_t inRow_ = 0;
};

}  // namespace mantissa
