#include "study/evaluation_journal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace mantissa {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSkipped = "skipped ";

Error failed(const fs::path& path, ErrorCode code, std::string message) {
    return {.code = code, .message = std::move(message), .where = path.string()};
}

Error notWritten(const fs::path& path) {
    return failed(path, ErrorCode::unreadable, std::string("was not written: ") + std::strerror(errno));
}

template <class Number>
void write(std::string& line, Number value) {
    std::array<char, 32> buffer{};
    line.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

/// The fields of a row in the order they are written.
template <class Row, class Function>
void forEachField(Row& row, Function function) {
    function(row.answer);
    function(row.inTopFive);
    function(row.finite);
    function(row.outcome);
    for (auto* value :
         {&row.margin, &row.referenceMargin, &row.keptMargin, &row.meanAbs, &row.maxAbs, &row.kl, &row.sqnrDb})
        function(*value);
}

/// Numbers with a space between.
class Fields {
  public:
    explicit Fields(std::string_view text) : text_(text) {}

    template <class Number>
    bool read(Number& value) {
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc{}) return false;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        if (text_.starts_with(' ')) text_.remove_prefix(1);
        return true;
    }
    bool read(bool& value) {
        int number = 0;
        if (!read(number)) return false;
        value = number != 0;
        return true;
    }
    bool read(AnswerOutcome& value) {
        int number = 0;
        if (!read(number) || number < 0 || number > static_cast<int>(AnswerOutcome::none)) return false;
        value = static_cast<AnswerOutcome>(number);
        return true;
    }
    std::string_view rest() const { return text_; }

  private:
    std::string_view text_;
};

std::optional<EvaluationRow> readRow(Fields& fields) {
    EvaluationRow row;
    bool whole = true;
    forEachField(row, [&](auto& field) { whole = whole && fields.read(field); });
    if (!whole) return std::nullopt;
    return row;
}

/// One picture's line into the report. False where it is not what stands next.
bool takeLine(std::string_view line, EvaluateReport& report, std::size_t& next) {
    Fields fields(line);
    std::uint32_t picture = 0;
    if (!fields.read(picture) || picture < next || picture >= report.pictures->size()) return false;
    if (fields.rest().starts_with(kSkipped)) {
        report.skipped.push_back({.picture = picture, .reason = std::string(fields.rest().substr(kSkipped.size()))});
    } else {
        std::vector<EvaluationRow> rows;
        for (const auto& run : report.runs) {
            if (!run.ok()) continue;
            const auto row = readRow(fields);
            if (!row) return false;
            rows.push_back(*row);
        }
        if (!fields.rest().empty()) return false;
        auto row = rows.begin();
        for (auto& run : report.runs)
            if (run.ok()) run.rows.push_back(*row++);
        report.done.push_back(picture);
    }
    next = std::size_t{picture} + 1;
    return true;
}

}  // namespace

Result<EvaluationJournal> EvaluationJournal::open(const fs::path& path, const std::string& question,
                                                  EvaluateReport& report, std::size_t& next) {
    std::error_code error;
    std::uintmax_t whole = 0;  // bytes of the lines that count
    if (fs::exists(path, error)) {
        if (!fs::is_regular_file(path, error))
            return failed(path, ErrorCode::unreadable, "is no file that results can be added to");
        std::ifstream in(path, std::ios::binary);
        if (!in) return failed(path, ErrorCode::unreadable, "was not opened");
        std::string start(question.size() + 1, '\0');
        in.read(start.data(), static_cast<std::streamsize>(start.size()));
        start.resize(static_cast<std::size_t>(in.gcount()));
        // A start that is cut short is what a crash leaves; anything else is somebody's file, and not to be written
        // over.
        if (!(question + '\n').starts_with(start))
            return failed(path, ErrorCode::invalidArgument,
                          "holds something else, or results of another model, other pictures, formats or options; name "
                          "another file");
        if (start.size() == question.size() + 1) {
            whole = start.size();
            std::string line;
            while (std::getline(in, line) && !in.eof() && takeLine(line, report, next)) whole += line.size() + 1;
        }
        in.close();
        fs::resize_file(path, whole, error);
        if (error) return failed(path, ErrorCode::unreadable, "was not written: " + error.message());
    }
    report.resumed = static_cast<std::int64_t>(report.done.size() + report.skipped.size());
    EvaluationJournal journal;
    journal.path_ = path;
    journal.out_.open(path, std::ios::binary | std::ios::app);
    if (whole == 0) journal.out_ << question << '\n';
    journal.out_.flush();
    if (!journal.out_) return notWritten(path);
    return journal;
}

Status EvaluationJournal::append(const EvaluateReport& report, std::size_t done, std::size_t skipped) {
    // In order of picture, so that what follows the last line is what is still to do.
    while (done < report.done.size() || skipped < report.skipped.size()) {
        const bool skip = done == report.done.size() ||
                          (skipped < report.skipped.size() && report.skipped[skipped].picture < report.done[done]);
        std::string line;
        if (skip) {
            write(line, report.skipped[skipped].picture);
            std::string reason = report.skipped[skipped++].reason;
            std::replace(reason.begin(), reason.end(), '\n', ' ');
            line.append(" ").append(kSkipped).append(reason);
        } else {
            write(line, report.done[done]);
            for (const auto& run : report.runs)
                if (run.ok())
                    forEachField(run.rows[done], [&](const auto& field) {
                        line += ' ';
                        using Field = std::decay_t<decltype(field)>;
                        if constexpr (std::is_same_v<Field, bool> || std::is_enum_v<Field>)
                            write(line, static_cast<int>(field));
                        else
                            write(line, field);
                    });
            ++done;
        }
        out_ << line << '\n';
    }
    out_.flush();
    if (!out_) return notWritten(path_);
    return Done{};
}

}  // namespace mantissa
