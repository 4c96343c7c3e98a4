#include "formats/custom_format.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include "formats/formats_session.h"
#include "number_text.h"
#include "theme/format_look.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {

CustomFormat::CustomFormat(FormatsSession& formats, QWidget* parent)
    : QWidget(parent), formats_(formats), marker_(new QLabel(this)), title_(roleLabel({}, "", this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    auto* header = new QHBoxLayout;
    header->setSpacing(8);
    title_->setFont(themeFont(FontRole::words, kBodyPixels, FontWeight::semibold));
    auto* summary = new ElidedLabel(Qt::ElideRight, this);
    summary->setProperty("role", "caption");
    summary_ = summary;
    header->addWidget(marker_);
    header->addWidget(title_);
    header->addWidget(summary_, 1);
    layout->addLayout(header);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    layout->addLayout(grid);
    exponent_ = makeChoice(tr("Exponent bits"), 1, 11);
    fraction_ = makeChoice(tr("Fraction bits"), 0, 52);
    int row = 0;
    for (const auto& [name, choice] : {std::pair{tr("Exponent"), exponent_}, std::pair{tr("Fraction"), fraction_}}) {
        auto* label = roleLabel(name, "secondary", this);
        label->setFont(themeFont(FontRole::words, kSecondaryPixels));
        label->setBuddy(choice.slider);
        grid->addWidget(label, row, 0);
        grid->addWidget(choice.slider, row, 1);
        grid->addWidget(choice.field, row++, 2);
    }
    connect(&formats_, &FormatsSession::changed, this, &CustomFormat::follow);
    connect(&Theme::instance(), &Theme::changed, this, &CustomFormat::updateIcons);
    updateIcons();
    follow();
}

CustomFormat::Choice CustomFormat::makeChoice(const QString& name, int least, int most) {
    Choice choice{.slider = new QSlider(Qt::Horizontal, this), .field = new QSpinBox(this)};
    choice.slider->setRange(least, most);
    choice.slider->setPageStep(most > 20 ? 8 : 2);
    choice.slider->setMinimumHeight(24);
    choice.slider->setAccessibleName(tr("%1 of the custom format, slider").arg(name));
    choice.field->setRange(least, most);
    choice.field->setFixedWidth(58);
    choice.field->setAccessibleName(tr("%1 of the custom format").arg(name));
    connect(choice.slider, &QSlider::sliderPressed, this, [this] { gesture_ = FormatsSession::newGesture(); });
    connect(choice.slider, &QSlider::sliderReleased, this, [this] { gesture_ = 0; });
    const auto take = [this] { choose(exponent_.slider->value(), fraction_.slider->value()); };
    connect(choice.slider, &QSlider::valueChanged, this, take);
    connect(choice.field, &QSpinBox::valueChanged, choice.slider, &QSlider::setValue);
    return choice;
}

void CustomFormat::choose(int exponentBits, int fractionBits) {
    formats_.setCustom(exponentBits, fractionBits, gesture_);
}

void CustomFormat::follow() {
    const Format& f = formats_.state().custom;
    const QSignalBlocker blockers[]{QSignalBlocker(exponent_.slider), QSignalBlocker(exponent_.field),
                                    QSignalBlocker(fraction_.slider), QSignalBlocker(fraction_.field)};
    exponent_.slider->setValue(f.exponentBits);
    exponent_.field->setValue(f.exponentBits);
    fraction_.slider->setValue(f.fractionBits);
    fraction_.field->setValue(f.fractionBits);
    title_->setText(tr("Custom format %1").arg(QString::fromStdString(f.name)));
    summary_->setText(tr("%1 bits, bias %2, max %3").arg(f.bits()).arg(f.bias).arg(compactText(limits(f).max, 3)));
}

void CustomFormat::updateIcons() {
    const Format& f = formats_.state().custom;
    marker_->setPixmap(markerPixmap(lookOf(f), Theme::instance().formatColor(f), 14, devicePixelRatioF()));
}

QString CustomFormat::summary() const { return summary_->text(); }

}  // namespace mantissa::ui
