#include "formats/formats_session.h"

#include <QUndoStack>
#include <algorithm>
#include <cmath>
#include <utility>

#include "number_text.h"
#include "session/session.h"

namespace mantissa::ui {

/// One step of the undo stack; steps of one gesture merge.
class FormatsCommand final : public QUndoCommand {
  public:
    FormatsCommand(FormatsSession& session, const QString& name, FormatsState after, int gesture)
        : QUndoCommand(name),
          session_(session),
          before_(session.state()),
          after_(std::move(after)),
          gesture_(gesture) {}

    void undo() override { go(after_, before_); }
    void redo() override { go(before_, after_); }
    int id() const override { return gesture_ == 0 ? -1 : gesture_; }
    bool mergeWith(const QUndoCommand* next) override {
        const auto* other = dynamic_cast<const FormatsCommand*>(next);
        if (!other) return false;
        after_ = other->after_;
        setText(next->text());
        setObsolete(after_ == before_);
        return true;
    }

  private:
    void go(const FormatsState& from, const FormatsState& to) {
        FormatsState there = to;
        there.look = session_.lookAfter(from, to);
        session_.apply(there);
    }

    FormatsSession& session_;
    FormatsState before_, after_;
    int gesture_;
};

namespace {

/// TypedValue has no value of its own to begin with.
TypedValue startValue() {
    const TypedText typed;
    return *TypedValue::parse(typed.text, format("bf16"));
}

Error misread(const QString& message) { return {.code = ErrorCode::invalidArgument, .message = message.toStdString()}; }

}  // namespace

FormatsSession::FormatsSession(Session& session, QObject* parent)
    : QObject(parent), session_(session), seenCustom_(session.choices().custom), value_(startValue()) {
    FormatsState start;
    start.custom = seenCustom_;
    apply(start);
    connect(&session_, &Session::choicesChanged, this, &FormatsSession::followCustom);
}

void FormatsSession::followCustom() {
    const Format& custom = session_.choices().custom;
    if (std::exchange(seenCustom_, custom) != custom && custom != state_.custom) apply(withCustom(custom));
}

const FormatEntry& FormatsSession::entry(std::string_view key) const {
    return *std::find_if(entries_.begin(), entries_.end(), [&](const FormatEntry& one) { return one.key == key; });
}

QString FormatsSession::valueText() const {
    if (const auto* typed = std::get_if<TypedText>(&state_.source)) return QString::fromStdString(typed->text);
    const auto& bits = std::get<SourceBits>(state_.source);
    return QString::fromStdString(exactInputText(state_.valueOf(bits.key, bits.code)));
}

int FormatsSession::newGesture() {
    static int last = 0;
    return ++last;
}

TypedValue FormatsSession::valueOf(const FormatsState& state) const {
    if (const auto* bits = std::get_if<SourceBits>(&state.source))
        return TypedValue::fromDouble(state.valueOf(bits->key, bits->code));
    const auto& typed = std::get<TypedText>(state.source);
    // What is in a state has been read before, so it can be read again.
    return TypedValue::parse(typed.text, state.formatOf(typed.readIn)).value();
}

void FormatsSession::apply(const FormatsState& state) {
    state_ = state;
    value_ = valueOf(state);
    entries_.clear();
    const auto* bits = std::get_if<SourceBits>(&state.source);
    for (const auto& key : FormatsState::allKeys()) {
        FormatEntry one{.key = key,
                        .format = state.formatOf(key),
                        .stored = {},
                        .rounding = state.roundOptions(),
                        .affine = state.affineOf(key)};
        one.stored = one.affine ? value_.quantisedIn(one.format, *one.affine, one.rounding)
                                : value_.storedIn(one.format, one.rounding);
        // A NaN's payload and the sign of a zero are the row's own, whatever rounding would make of them.
        if (bits && bits->key == key) {
            one.stored.code = bits->code;
            one.stored.exact = true;
            // Two codes may stand for one float32 where the scale is extreme.
            if (one.affine) one.stored.value = codeValue(one, bits->code);
        }
        one.outcome = outcomeOf(one, value_);
        entries_.push_back(std::move(one));
    }
    session_.setCustom(state.custom);
    emit changed();
}

void FormatsSession::change(const QString& name, const FormatsState& after, int gesture) {
    if (after == state_) return;
    FormatsState next = after;
    next.look.zoom.reset();  // it was into the surroundings of what was there before
    push(name, next, gesture);
}

void FormatsSession::push(const QString& name, const FormatsState& after, int gesture) {
    session_.undoStack().push(new FormatsCommand(*this, name, after, gesture));
}

Status FormatsSession::type(const QString& text, int gesture, std::string_view readIn) {
    FormatsState after = state_;
    const std::string key(readIn.empty() ? state_.selected : readIn);
    const std::string typed = text.trimmed().toStdString();
    const auto value = TypedValue::parse(typed, state_.formatOf(key));
    if (!value) return value.error();
    after.source = TypedText{.text = typed, .readIn = key};
    change(tr("Type %1").arg(elidedMiddle(text.trimmed(), 24)), after, gesture);
    return Done{};
}

void FormatsSession::setBits(std::string_view key, std::uint64_t code, const QString& name, int gesture) {
    FormatsState after = state_;
    after.source = SourceBits{std::string(key), code};
    after.selected = key;
    change(name, after, gesture);
}

Status FormatsSession::typeBits(std::string_view key, const QString& text) {
    const Format& f = state_.formatOf(key);
    QString digits = text.trimmed();
    digits.remove('_').remove(' ');
    const bool binary = digits.startsWith(QLatin1String("0b"), Qt::CaseInsensitive);
    if (binary || digits.startsWith(QLatin1String("0x"), Qt::CaseInsensitive)) digits.remove(0, 2);
    bool understood = false;
    const std::uint64_t code = digits.toULongLong(&understood, binary ? 2 : 16);
    if (!understood) return misread(tr("“%1” is no hexadecimal number; write 0x3F80 or 0b…").arg(text.trimmed()));
    if (f.bits() < 64 && (code >> f.bits()) != 0)
        return misread(tr("“%1” has more than the %2 bits of %3")
                           .arg(text.trimmed(), QString::number(f.bits()), QString::fromStdString(f.title)));
    setBits(key, code, tr("Type bits of %1").arg(QString::fromStdString(f.title)));
    return Done{};
}

void FormatsSession::step(std::string_view key, int direction) {
    const FormatEntry& from = entry(key);
    const std::uint64_t code =
        direction > 0 ? nextUp(from.format, from.stored.code) : nextDown(from.format, from.stored.code);
    setBits(key, code, direction > 0 ? tr("Next value up") : tr("Next value down"));
}

void FormatsSession::add(int amount) {
    // The parser keeps the sum exact.
    const QString text = valueText();
    const QString sum = QStringLiteral("(%1)%2%3").arg(text).arg(amount < 0 ? '-' : '+').arg(std::abs(amount));
    const auto* typed = std::get_if<TypedText>(&state_.source);
    const std::string key = typed ? typed->readIn : state_.selected;
    const auto value = TypedValue::parse(sum.toStdString(), state_.formatOf(key));
    if (!value) return;  // ∞ and NaN stay what they are
    const double nearest = value->nearestDouble();
    FormatsState after = state_;
    after.source = TypedText{.text = shortestText(nearest), .readIn = state_.selected};
    change(amount < 0 ? tr("Subtract 1") : tr("Add 1"), after);
}

void FormatsSession::select(std::string_view key) {
    FormatsState after = state_;
    after.selected = key;
    change(tr("Select %1").arg(QString::fromStdString(state_.formatOf(key).title)), after);
}

void FormatsSession::setRounding(Rounding rounding) {
    FormatsState after = state_;
    after.rounding = rounding;
    change(tr("Round another way"), after);
}

void FormatsSession::setOverflow(Overflow overflow) {
    FormatsState after = state_;
    after.overflow = overflow;
    change(tr("Overflow another way"), after);
}

void FormatsSession::setSeed(std::uint64_t seed, int gesture) {
    FormatsState after = state_;
    after.seed = seed;
    change(tr("Change the seed"), after, gesture);
}

void FormatsSession::setShown(ShownFormats shown) {
    FormatsState after = state_;
    after.shown = shown;
    const auto keys = after.shownKeys();
    // The editor shows a format of the table.
    if (std::find(keys.begin(), keys.end(), after.selected) == keys.end()) after.selected = keys.front();
    change(tr("Show other formats"), after);
}

Status FormatsSession::setAddend(const QString& text, int gesture) {
    FormatsState after = state_;
    after.addend = text.trimmed().toStdString();
    const auto value = TypedValue::parse(after.addend, format("fp64"));
    if (!value) return value.error();
    change(tr("Add %1").arg(elidedMiddle(text.trimmed(), 24)), after, gesture);
    return Done{};
}

bool FormatsSession::stagnates(const FormatEntry& entry) const {
    if (!std::isfinite(entry.stored.value)) return false;
    // The parser keeps the sum exact.
    const auto sum =
        TypedValue::parse("(" + exactDecimalText(entry.stored.value) + ")+(" + state_.addend + ")", format("fp64"));
    if (!sum) return false;
    const StoredValue stored = entry.affine ? sum->quantisedIn(entry.format, *entry.affine, entry.rounding)
                                            : sum->storedIn(entry.format, entry.rounding);
    return stored.value == entry.stored.value;
}

Status FormatsSession::setCustom(const CustomParts& parts, int gesture) {
    const auto custom = customFormatOf(parts);
    if (!custom) return custom.error();
    change(tr("Custom format %1").arg(QString::fromStdString(custom->name)), withCustom(*custom), gesture);
    return Done{};
}

FormatsState FormatsSession::withoutBitsOf(std::string_view key) const {
    FormatsState after = state_;
    if (const auto* bits = std::get_if<SourceBits>(&state_.source); bits && bits->key == key)
        after.source = TypedText{.text = exactInputText(state_.valueOf(key, bits->code)), .readIn = state_.selected};
    return after;
}

FormatsState FormatsSession::withCustom(const Format& custom) const {
    // Bits of the old layout mean nothing in the new one: the value stays.
    FormatsState after = withoutBitsOf(kCustomKey);
    after.custom = custom;
    return after;
}

Status FormatsSession::typeScale(const QString& text, int gesture) {
    const auto scale = readScale(text.trimmed().toStdString());
    if (!scale) return scale.error();
    scaleInt8({.scale = *scale, .zeroPoint = state_.int8.zeroPoint}, gesture);
    return Done{};
}

Status FormatsSession::typeZeroPoint(const QString& text, int gesture) {
    const auto zeroPoint = readZeroPoint(text.trimmed().toStdString());
    if (!zeroPoint) return zeroPoint.error();
    scaleInt8({.scale = state_.int8.scale, .zeroPoint = *zeroPoint}, gesture);
    return Done{};
}

void FormatsSession::scaleInt8(const Int8Scale& scale, int gesture) {
    if (scale == state_.int8) return;
    FormatsState after = withoutBitsOf(kScaledKey);
    after.int8 = scale;
    change(
        tr("Scale INT8 by %1, zero point %2").arg(QString::fromStdString(scaleText(scale.scale))).arg(scale.zeroPoint),
        after, gesture);
}

void FormatsSession::setErrorsShown(ErrorKind errors) {
    state_.look.errors = errors;
    emit changed();
}

void FormatsSession::setValuesShown(ValuesView view) {
    if (view == state_.look.values) return;
    state_.look.values = view;
    state_.look.zoom.reset();  // another axis
    emit changed();
}

FormatsLook FormatsSession::lookAfter(const FormatsState& from, const FormatsState& to) const {
    FormatsLook look = to.look;
    if (from.look.errors == to.look.errors) look.errors = state_.look.errors;
    if (from.look.values == to.look.values) look.values = state_.look.values;
    if (look.values != to.look.values) look.zoom.reset();
    return look;
}

void FormatsSession::restore(const FormatsState& state) {
    FormatsState after = state;
    const auto keys = after.shownKeys();
    if (std::find(keys.begin(), keys.end(), after.selected) == keys.end()) after.shown = ShownFormats::all;
    if (after != state_) push(tr("Restore a state"), after, 0);
}

}  // namespace mantissa::ui
