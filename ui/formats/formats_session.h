#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "formats/custom_parts.h"
#include "formats/format_entry.h"
#include "formats/formats_state.h"

namespace mantissa::ui {

class Session;

/// What the Formats page shows: its state and the value in every format. Each change is an entry of the session's undo
/// stack; changes of one gesture (a drag over bits, a slider's movement, typing) are one entry.
class FormatsSession final : public QObject {
    Q_OBJECT

  public:
    explicit FormatsSession(Session& session, QObject* parent = nullptr);

    const FormatsState& state() const { return state_; }
    /// The value in every format, shown or not, in the order of FormatsState::allKeys().
    const std::vector<FormatEntry>& entries() const { return entries_; }
    const FormatEntry& entry(std::string_view key) const;
    const FormatEntry& selected() const { return entry(state_.selected); }
    const TypedValue& value() const { return value_; }
    /// The value as the value field writes it: as typed, or the decimal value of the bits.
    QString valueText() const;
    Session& session() const { return session_; }

    /// A number no other gesture of this process has; pass it with every change of one gesture.
    static int newGesture();

    /// Takes a typed value, read in the selected format unless `readIn` names another; nothing changes on an error.
    Status type(const QString& text, int gesture = 0, std::string_view readIn = {});
    /// The code becomes the source of all other formats, and its format the selected one.
    void setBits(std::string_view key, std::uint64_t code, const QString& name, int gesture = 0);
    /// Hexadecimal or binary digits as the code of a format.
    Status typeBits(std::string_view key, const QString& text);
    /// Up (1) or down (−1) to the next value of a format.
    void step(std::string_view key, int direction);
    /// Adds ±1 to the value.
    void add(int amount);
    void select(std::string_view key);
    void setRounding(Rounding rounding);
    void setOverflow(Overflow overflow);
    void setSeed(std::uint64_t seed, int gesture = 0);
    void setShown(ShownFormats shown);
    /// What is added to see where sums stagnate; nothing changes on an error.
    Status setAddend(const QString& text, int gesture = 0);
    /// Scale or zero point of INT8; nothing changes on an error. A value that is the bits of INT8 stays the value.
    Status typeScale(const QString& text, int gesture = 0);
    Status typeZeroPoint(const QString& text, int gesture = 0);
    /// Whether value + addend, rounded once, is the stored value again.
    bool stagnates(const FormatEntry& entry) const;
    /// Nothing changes where there is no such format: the Error says why.
    Status setCustom(const CustomParts& parts, int gesture = 0);
    /// Everything at once, from a text or a file.
    void restore(const FormatsState& state);
    /// How the value is shown is no step of undo.
    void setErrorsShown(ErrorKind errors);
    void setValuesShown(ValuesView view);
    /// Remembers what part of its axis the chart shows; says nothing, for the chart shows it already.
    void setZoom(const std::optional<ZoomRange>& zoom) { state_.look.zoom = zoom; }

  signals:
    void changed();

  private:
    friend class FormatsCommand;
    void change(const QString& name, const FormatsState& after, int gesture = 0);
    void apply(const FormatsState& state);
    TypedValue valueOf(const FormatsState& state) const;
    void followCustom();
    /// The state with another custom format.
    FormatsState withCustom(const Format& custom) const;
    void scaleInt8(const Int8Scale& scale, int gesture);
    /// The state with its value as a number instead of the bits of `key`, which are about to mean something else.
    FormatsState withoutBitsOf(std::string_view key) const;
    /// How the value is shown after a step from one state to another: what the step left alone stays as it is.
    FormatsLook lookAfter(const FormatsState& from, const FormatsState& to) const;
    void push(const QString& name, const FormatsState& after, int gesture);

    Session& session_;
    FormatsState state_;
    Format seenCustom_;  ///< what the session's custom format was last
    TypedValue value_;
    std::vector<FormatEntry> entries_;
};

}  // namespace mantissa::ui
