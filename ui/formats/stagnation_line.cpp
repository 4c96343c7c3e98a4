#include "formats/stagnation_line.h"

#include <QHBoxLayout>
#include <QLabel>
#include <cmath>

#include "formats/formats_session.h"
#include "formats/value_field.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {

StagnationLine::StagnationLine(FormatsSession& formats, QWidget* parent)
    : QWidget(parent), formats_(formats), field_(new ValueField(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 2, 0, 0);
    layout->setSpacing(8);
    auto* label = roleLabel(tr("Add"), "caption", this);
    label->setBuddy(field_);
    field_->setFont(themeFont(FontRole::numbers, kSecondaryPixels));
    field_->setStyleSheet(QStringLiteral("min-height: 20px; font-size: %1px;").arg(kSecondaryPixels));
    field_->setFixedWidth(104);
    field_->setAccessibleName(tr("Number to add"));
    field_->setToolTip(tr("A sum stagnates where what is added is lost in rounding: x + small = x"));
    auto* text = new ElidedLabel(Qt::ElideRight, this);
    text->setTextFormat(Qt::PlainText);
    text->setFont(themeFont(FontRole::words, kSecondaryPixels));
    text_ = text;
    layout->addWidget(label);
    layout->addWidget(field_);
    layout->addWidget(text_, 1);
    connect(field_, &QLineEdit::textEdited, this, [this](const QString& typed) {
        if (gesture_ == 0) gesture_ = FormatsSession::newGesture();
        field_->setInvalid(!formats_.setAddend(typed, gesture_).ok());
    });
    connect(field_, &QLineEdit::editingFinished, this, [this] {
        gesture_ = 0;
        if (field_->property("invalid").toBool()) field_->setStateText(QString::fromStdString(formats_.state().addend));
    });
    connect(&formats_, &FormatsSession::changed, this, &StagnationLine::follow);
    follow();
}

void StagnationLine::follow() {
    const QString addend = QString::fromStdString(formats_.state().addend);
    field_->setStateText(addend);
    if (!std::isfinite(formats_.value().nearestDouble())) return text_->setText(tr("Only finite values can stagnate."));
    QStringList names;
    const auto keys = formats_.state().shownKeys();
    for (const auto& key : keys)
        if (const FormatEntry& entry = formats_.entry(key); formats_.stagnates(entry)) names << shortEntryTitle(entry);
    const QString sum = tr("%1 + %2").arg(elidedMiddle(formats_.valueText(), 24), elidedMiddle(addend, 16));
    if (names.isEmpty())
        text_->setText(tr("%1 is another value in every format shown: no sum stagnates.").arg(sum));
    else if (names.size() == static_cast<int>(keys.size()))
        text_->setText(tr("%1 stagnates in every format shown: the sum rounds back to the value.").arg(sum));
    else
        text_->setText(tr("%1 stagnates in %2: the sum rounds back to the value.").arg(sum, names.join(tr(", "))));
}

QString StagnationLine::text() const { return text_->text(); }

}  // namespace mantissa::ui
