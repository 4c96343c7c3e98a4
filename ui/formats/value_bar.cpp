#include "formats/value_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

#include "formats/formats_session.h"
#include "formats/value_field.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kFieldWidth = 140, kQuickGap = 4, kTypingPause = 700;  // px, px, ms
constexpr double kFieldPixels = 18;

struct QuickValue {
    const char* shown;
    const char* typed;
};
constexpr QuickValue kQuickValues[]{{"0.1", "0.1"},   {"1/3", "1/3"},     {"π", "pi"},
                                    {"1e−8", "1e-8"}, {"65504", "65504"}, {"70000", "70000"},
                                    {"−0", "-0"},     {"∞", "inf"},       {"NaN", "nan"}};

struct RoundingWords {
    Rounding rounding;
    const char* shown;
    const char* help;
};
constexpr RoundingWords kRoundingWords[]{
    {Rounding::nearestEven, QT_TRANSLATE_NOOP("ValueBar", "Nearest even"),
     QT_TRANSLATE_NOOP("ValueBar", "To the nearest value; a tie goes to the one whose last bit is 0")},
    {Rounding::nearestAway, QT_TRANSLATE_NOOP("ValueBar", "Away"),
     QT_TRANSLATE_NOOP("ValueBar", "To the nearest value; a tie goes to the one farther from 0")},
    {Rounding::towardZero, QT_TRANSLATE_NOOP("ValueBar", "To zero"),
     QT_TRANSLATE_NOOP("ValueBar", "To the next value toward 0: digits are cut off")},
    {Rounding::up, QT_TRANSLATE_NOOP("ValueBar", "Up"), QT_TRANSLATE_NOOP("ValueBar", "To the next value toward +∞")},
    {Rounding::down, QT_TRANSLATE_NOOP("ValueBar", "Down"),
     QT_TRANSLATE_NOOP("ValueBar", "To the next value toward −∞")},
    {Rounding::toOdd, QT_TRANSLATE_NOOP("ValueBar", "To odd"),
     QT_TRANSLATE_NOOP("ValueBar",
                       "What is not exact goes to the neighbour whose last bit is 1: rounding twice is then safe")},
    {Rounding::stochastic, QT_TRANSLATE_NOOP("ValueBar", "Stochastic"),
     QT_TRANSLATE_NOOP("ValueBar", "Up with the probability of the distance from below; the seed decides")},
};

int indexOf(Rounding rounding) {
    int index = 0;
    for (const auto& words : kRoundingWords) {
        if (words.rounding == rounding) return index;
        ++index;
    }
    return 0;
}

QHBoxLayout* rowLayout(QWidget* widget, int spacing) {
    auto* layout = new QHBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing);
    return layout;
}

}  // namespace

ValueBar::ValueBar(FormatsSession& formats, QWidget* parent)
    : QFrame(parent),
      formats_(formats),
      field_(new ValueField(this)),
      problem_(roleLabel({}, "errorText", this)),
      quickRow_(new QWidget(this)),
      roundingRow_(new QWidget(this)) {
    setProperty("role", "card");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    layout->addLayout(row);
    auto* label = roleLabel(tr("Value"), "", this);
    label->setFont(themeFont(FontRole::words, kBodyPixels, FontWeight::semibold));
    label->setBuddy(field_);
    field_->setFont(themeFont(FontRole::numbers, kFieldPixels));
    field_->setStyleSheet(QStringLiteral("min-height: 30px; font-size: %1px;").arg(kFieldPixels));
    field_->setFixedWidth(kFieldWidth);
    field_->setAccessibleName(tr("Value"));
    field_->setToolTip(
        plainToolTip(tr("A number such as 0.1, 1e-8, 1/3, 2^-24, pi, inf, nan or -0; max, min or eps of the selected "
                        "format; its bits as 0x3dcd or 0b…; bits of another as fp16:3c00.\n"
                        "Up, Down: next value of the selected format. Alt+Up, Alt+Down: plus and minus 1.")));
    field_->setPlaceholderText(tr("0.1, 1/3, max, …"));
    row->addWidget(label);
    row->addWidget(field_);
    makeQuickValues();
    row->addWidget(quickRow_);
    row->addStretch(1);
    makeRounding();
    row->addWidget(roundingRow_);
    problem_->setWordWrap(true);
    problem_->hide();
    layout->addWidget(problem_);

    connect(field_, &QLineEdit::textEdited, this, &ValueBar::takeTyped);
    connect(field_, &QLineEdit::editingFinished, this, [this] {
        gesture_ = 0;
        showProblem(problemText_);
    });
    connect(field_, &ValueField::stepped, this,
            [this](int direction) { formats_.step(formats_.state().selected, direction); });
    connect(field_, &ValueField::added, this, [this](int amount) { formats_.add(amount); });
    connect(field_, &ValueField::abandoned, this, &ValueBar::follow);
    patience_.setSingleShot(true);
    patience_.setInterval(kTypingPause);
    connect(&patience_, &QTimer::timeout, this, [this] { showProblem(problemText_); });
    connect(&formats_, &FormatsSession::changed, this, &ValueBar::follow);
    follow();
}

void ValueBar::makeQuickValues() {
    auto* row = rowLayout(quickRow_, kQuickGap);
    for (const auto& [shown, typed] : kQuickValues) {
        auto* button = new QPushButton(QString::fromUtf8(shown), quickRow_);
        button->setProperty("role", "quick");
        button->setFont(themeFont(FontRole::numbers, kSecondaryPixels));
        button->setCheckable(true);
        button->setAccessibleName(tr("Value %1").arg(QString::fromUtf8(shown)));
        connect(button, &QPushButton::clicked, this, [this, text = QString::fromUtf8(typed)] {
            // These texts are numbers in every format.
            if (!formats_.type(text)) return;
            follow();
        });
        row->addWidget(button);
        quick_.push_back(button);
    }
}

void ValueBar::makeRounding() {
    auto* row = rowLayout(roundingRow_, 8);
    roundingLabel_ = roleLabel(tr("Rounding"), "caption", roundingRow_);
    segments_ = new SegmentedControl(tr("Rounding"), roundingRow_);
    roundingBox_ = new QComboBox(roundingRow_);
    roundingBox_->setAccessibleName(tr("Rounding"));
    std::vector<SegmentedControl::Segment> segments;
    for (const auto& words : kRoundingWords) {
        segments.push_back({tr(words.shown), {}, tr(words.help)});
        roundingBox_->addItem(words.rounding == Rounding::nearestAway ? tr("Nearest, ties away") : tr(words.shown));
        roundingBox_->setItemData(roundingBox_->count() - 1, tr(words.help), Qt::ToolTipRole);
    }
    segments_->setSegments(segments);
    roundingLabel_->setBuddy(segments_);
    const auto chosen = [this](int index) { formats_.setRounding(kRoundingWords[index].rounding); };
    connect(segments_, &SegmentedControl::chosen, this, chosen);
    connect(roundingBox_, &QComboBox::activated, this, chosen);
    seedLabel_ = roleLabel(tr("Seed"), "caption", roundingRow_);
    seed_ = new QSpinBox(roundingRow_);
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setAccessibleName(tr("Seed of stochastic rounding"));
    seed_->setFixedWidth(84);
    seedLabel_->setBuddy(seed_);
    connect(seed_, &QSpinBox::valueChanged, this,
            [this](int seed) { formats_.setSeed(static_cast<std::uint64_t>(seed)); });
    overflowLabel_ = roleLabel(tr("Overflow"), "caption", roundingRow_);
    overflow_ = new QComboBox(roundingRow_);
    overflow_->addItems({tr("Standard"), tr("Saturate")});
    overflow_->setAccessibleName(tr("Overflow"));
    overflow_->setToolTip(
        tr("What becomes of a value beyond the largest: infinity or NaN as the format's standard "
           "says, or the largest value"));
    overflowLabel_->setBuddy(overflow_);
    connect(overflow_, &QComboBox::activated, this,
            [this](int index) { formats_.setOverflow(index == 1 ? Overflow::saturate : Overflow::standard); });
    for (QWidget* widget : std::initializer_list<QWidget*>{roundingLabel_, segments_, roundingBox_, seedLabel_, seed_,
                                                           overflowLabel_, overflow_})
        row->addWidget(widget);
}

void ValueBar::showProblem(const QString& text) {
    patience_.stop();
    problem_->setText(text);
    problem_->setVisible(!text.isEmpty());
}

void ValueBar::takeTyped(const QString& text) {
    // A copied state says more than a value; it is meant as a whole.
    if (const std::string address = text.trimmed().toStdString(); isStateText(address)) {
        const auto state = parseState(address);
        field_->setInvalid(!state.ok());
        problemText_ = state ? QString() : QString::fromStdString(state.error().text());
        if (!state) return patience_.start();
        formats_.restore(*state);
        return field_->setStateText(formats_.valueText());
    }
    if (gesture_ == 0) gesture_ = FormatsSession::newGesture();
    const Status status = formats_.type(text, gesture_);
    field_->setInvalid(!status.ok());
    problemText_ = status ? QString() : QString::fromStdString(status.error().text());
    if (status) {
        patience_.stop();
        problem_->hide();
    } else {
        patience_.start();
    }
}

void ValueBar::follow() {
    const FormatsState& state = formats_.state();
    field_->setStateText(formats_.valueText());
    if (!field_->property("invalid").toBool()) {
        problemText_.clear();
        problem_->hide();
    }
    const auto* typed = std::get_if<TypedText>(&state.source);
    for (std::size_t i = 0; i < quick_.size(); ++i)
        quick_[i]->setChecked(typed && typed->text == kQuickValues[i].typed);
    segments_->setCurrent(indexOf(state.rounding));
    roundingBox_->setCurrentIndex(indexOf(state.rounding));
    overflow_->setCurrentIndex(state.overflow == Overflow::saturate ? 1 : 0);
    const bool random = state.rounding == Rounding::stochastic;
    const QSignalBlocker quiet(seed_);
    seed_->setValue(static_cast<int>(std::min<std::uint64_t>(state.seed, std::numeric_limits<int>::max())));
    if (seed_->isVisibleTo(this) != random) {
        seedLabel_->setVisible(random);
        seed_->setVisible(random);
        fit();
    }
}

QSize ValueBar::minimumSizeHint() const { return {320, layout()->minimumSize().height()}; }

void ValueBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fit();
}

void ValueBar::fit() {
    // All roundings side by side where there is room, else in a box; well-known values give way last.
    const auto widthOf = [](const QWidget* widget) { return widget->sizeHint().width(); };
    constexpr int kAround = 24 + 38 + kFieldWidth + 4 * 8;  // margins, "Value", the field, gaps
    const int others = kAround + widthOf(roundingLabel_) + widthOf(overflowLabel_) + widthOf(overflow_) + 3 * 8 +
                       (seed_->isVisibleTo(this) ? widthOf(seedLabel_) + seed_->width() + 16 : 0);
    int quickWidth = 0;
    for (const auto* button : quick_) quickWidth += widthOf(button) + kQuickGap;
    const bool wide = others + quickWidth + widthOf(segments_) <= width();
    segments_->setVisible(wide);
    roundingBox_->setVisible(!wide);
    int room = width() - others - (wide ? widthOf(segments_) : widthOf(roundingBox_));
    for (auto* button : quick_) {
        room -= widthOf(button) + kQuickGap;
        button->setVisible(room >= 0);
    }
}

}  // namespace mantissa::ui
