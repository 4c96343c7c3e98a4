#include "image/preprocessing_note.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <vector>

namespace mantissa {
namespace {

/// Words in lower case and numbers; commas, brackets and blanks only separate. "32x32" and "RGB/255" are cut in three.
std::vector<std::string> tokensOf(std::string_view note) {
    std::vector<std::string> tokens;
    const auto kindOf = [](char c) {
        if ((c >= '0' && c <= '9') || c == '.') return 'n';
        if (c >= 'a' && c <= 'z') return 'w';
        return std::string_view(" ,;()[]").find(c) != std::string_view::npos ? ' ' : 'o';
    };
    char before = ' ';
    for (char c : note) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const char kind = kindOf(c);
        if (kind != ' ') {
            if (kind != before || kind == 'o') tokens.emplace_back();
            tokens.back() += c;
        }
        before = kind;
    }
    return tokens;
}

class NoteReader {
  public:
    explicit NoteReader(std::string_view note) : tokens_(tokensOf(note)) {}

    std::optional<Preprocessing> read() {
        while (next_ < tokens_.size())
            if (!clause()) return std::nullopt;
        if (!sized_ || !hasOrder_) return std::nullopt;
        if (p_.normalize && std::any_of(p_.std.begin(), p_.std.end(), [](double s) { return s == 0; }))
            return std::nullopt;
        if (p_.flipChannels) {  // mean and deviation are applied in RGB order, before the channels are swapped
            std::swap(p_.mean[0], p_.mean[2]);
            std::swap(p_.std[0], p_.std[2]);
        }
        p_.fromFile = true;
        return p_;
    }

  private:
    bool take(std::string_view word) {
        if (next_ >= tokens_.size() || tokens_[next_] != word) return false;
        ++next_;
        return true;
    }

    std::optional<double> number() {
        if (next_ >= tokens_.size()) return std::nullopt;
        const std::string& text = tokens_[next_];
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        ++next_;
        return value;
    }

    bool triple(std::array<double, 3>& target) {
        for (double& value : target) {
            const auto found = number();
            if (!found) return false;
            value = *found;
        }
        return p_.normalize = true;
    }

    bool side(int& target) {
        const auto found = number();
        if (!found || *found < 1 || *found > kMaxInputSide || *found != static_cast<int>(*found)) return false;
        target = static_cast<int>(*found);
        return true;
    }

    bool clause() {
        if (take("rgb")) return range(false);
        if (take("bgr")) return range(true);
        if (take("mean") || take("minus")) return triple(p_.mean);
        if (take("std")) return triple(p_.std);
        if (take("resize")) {
            p_.resize = ResizeRule::shortestEdge;
            if (!side(p_.resizeHeight)) return false;
            p_.resizeWidth = p_.resizeHeight;
            return true;
        }
        if (take("crop")) {
            p_.centerCrop = sized_ = true;
            if (!side(p_.cropHeight)) return false;
            p_.cropWidth = p_.cropHeight;
            return true;
        }
        sized_ = true;
        return side(p_.resizeHeight) && take("x") && side(p_.resizeWidth);
    }

    bool range(bool flipped) {
        p_.flipChannels = flipped;
        hasOrder_ = true;
        p_.rescale = 1;
        if (!take("/")) return take("0..255");
        const auto divisor = number();
        if (!divisor || *divisor <= 0) return false;
        p_.rescale = 1 / *divisor;
        return true;
    }

    std::vector<std::string> tokens_;
    std::size_t next_ = 0;
    Preprocessing p_;
    bool sized_ = false, hasOrder_ = false;
};

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string numbers(const std::array<double, 3>& values) {
    return number(values[0]) + " " + number(values[1]) + " " + number(values[2]);
}

}  // namespace

std::string preprocessingWords(const Preprocessing& p) {
    std::string words = std::to_string(p.inputHeight()) + " × " + std::to_string(p.inputWidth()) + " px";
    if (p.centerCrop) words += " from the centre";
    if (p.resize == ResizeRule::shortestEdge) words += ", shorter edge " + std::to_string(p.resizeHeight);
    words += p.flipChannels ? ", BGR" : ", RGB";
    if (p.rescale != 1) words += " / " + number(1 / p.rescale);
    if (!p.normalize) return words + ", no mean taken off";
    return words + ", mean " + numbers(p.mean) + ", deviation " + numbers(p.std);
}

std::optional<Preprocessing> readPreprocessingNote(std::string_view note) { return NoteReader(note).read(); }

}  // namespace mantissa
