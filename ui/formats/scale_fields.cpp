#include "formats/scale_fields.h"

#include <QHBoxLayout>
#include <QLabel>
#include <utility>

#include "formats/formats_session.h"
#include "formats/value_field.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kScaleWidth = 98, kZeroPointWidth = 46, kScaleTypingPause = 700;  // px, px, ms

}  // namespace

ScaleFields::ScaleFields(FormatsSession& formats, QWidget* parent) : QWidget(parent), formats_(formats) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    scale_ = makeField(Part::scale, tr("Scale"),
                       tr("A code q of INT8 stands for (q − zero point) × scale. Write 0.05, 1/127 or 2^-5.\n"
                          "Up, Down: twice, half."),
                       kScaleWidth);
    zeroPoint_ = makeField(Part::zeroPoint, tr("Zero point"),
                           tr("The code of INT8 that stands for 0, from −128 to 127; 0 is symmetric.\n"
                              "Up, Down: plus and minus 1."),
                           kZeroPointWidth);
    patience_.setSingleShot(true);
    patience_.setInterval(kScaleTypingPause);
    connect(&patience_, &QTimer::timeout, this, [this] { emit refused(problem_); });
    connect(&formats_, &FormatsSession::changed, this, &ScaleFields::follow);
    follow();
    setFixedSize(sizeHint());
}

ValueField* ScaleFields::makeField(Part part, const QString& name, const QString& toolTip, int width) {
    auto* field = new ValueField(this);
    field->setFont(themeFont(FontRole::numbers, kSecondaryPixels));
    field->setStyleSheet(QStringLiteral("min-height: 18px; padding: 0 4px; font-size: %1px;").arg(kSecondaryPixels));
    field->setFixedWidth(width);
    field->setAccessibleName(tr("%1 of INT8").arg(name));
    field->setToolTip(plainToolTip(toolTip));
    auto* label = roleLabel(name, "caption", this);
    label->setBuddy(field);
    layout()->addWidget(label);
    layout()->addWidget(field);
    connect(field, &QLineEdit::textEdited, this, [this, part](const QString& text) { take(part, text); });
    connect(field, &ValueField::stepped, this, [this, part](int direction) { step(part, direction); });
    connect(field, &ValueField::abandoned, this, &ScaleFields::follow);
    connect(field, &QLineEdit::editingFinished, this, [this, field] {
        gesture_ = 0;
        if (!field->property("invalid").toBool()) return follow();
        patience_.stop();
        emit refused(problem_);
    });
    return field;
}

void ScaleFields::take(Part part, const QString& text) {
    if (gesture_ == 0) gesture_ = FormatsSession::newGesture();
    taking_ = true;
    const Status status =
        part == Part::scale ? formats_.typeScale(text, gesture_) : formats_.typeZeroPoint(text, gesture_);
    taking_ = false;
    ValueField* field = part == Part::scale ? scale_ : zeroPoint_;
    field->setInvalid(!status.ok());
    const QString why = status ? QString() : QString::fromStdString(status.error().text());
    field->setAccessibleDescription(why);
    if (status) return say({});
    problem_ = part == Part::scale ? tr("Scale of INT8: %1").arg(why) : tr("Zero point of INT8: %1").arg(why);
    patience_.start();
}

void ScaleFields::step(Part part, int direction) {
    const Int8Scale& now = formats_.state().int8;
    const QString text = part == Part::scale
                             ? QString::fromStdString(scaleText(direction > 0 ? now.scale * 2 : now.scale / 2))
                             : QString::number(now.zeroPoint + direction);
    const Status status = part == Part::scale ? formats_.typeScale(text) : formats_.typeZeroPoint(text);
    if (!status) emit refused(QString::fromStdString(status.error().text()));
}

void ScaleFields::say(const QString& problem) {
    patience_.stop();
    if (std::exchange(problem_, problem) != problem) emit refused(problem);
}

void ScaleFields::follow() {
    if (taking_) return;
    const Int8Scale& int8 = formats_.state().int8;
    scale_->setStateText(QString::fromStdString(scaleText(int8.scale)));
    zeroPoint_->setStateText(QString::number(int8.zeroPoint));
    // Its first digits count most.
    if (!scale_->hasFocus()) scale_->setCursorPosition(0);
    if (!scale_->property("invalid").toBool() && !zeroPoint_->property("invalid").toBool()) say({});
}

}  // namespace mantissa::ui
