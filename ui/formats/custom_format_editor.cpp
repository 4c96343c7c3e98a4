#include "formats/custom_format_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
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
namespace {

struct SpecialsWords {
    Specials specials;
    const char* shown;
    const char* help;
};
constexpr SpecialsWords kSpecialsWords[]{
    {Specials::ieee, QT_TRANSLATE_NOOP("CustomFormatEditor", "∞ and NaNs (ieee)"),
     QT_TRANSLATE_NOOP("CustomFormatEditor", "The top exponent holds infinities and NaNs")},
    {Specials::allOnesNan, QT_TRANSLATE_NOOP("CustomFormatEditor", "One NaN a sign (fn)"),
     QT_TRANSLATE_NOOP("CustomFormatEditor", "No infinity, and NaN is all ones")},
    {Specials::negativeZeroNan, QT_TRANSLATE_NOOP("CustomFormatEditor", "One NaN, no −0 (fnuz)"),
     QT_TRANSLATE_NOOP("CustomFormatEditor", "No infinity, and NaN takes the code of −0")},
    {Specials::none, QT_TRANSLATE_NOOP("CustomFormatEditor", "All finite (f)"),
     QT_TRANSLATE_NOOP("CustomFormatEditor", "Every code is a finite value")}};
constexpr int kBiasReach = 2200;  ///< beyond every bias with which values fit in FP64

}  // namespace

CustomFormatEditor::CustomFormatEditor(const Format& custom, QWidget* parent)
    : QWidget(parent),
      marker_(new QLabel(this)),
      title_(roleLabel({}, "", this)),
      more_(linkButton(tr("More"), this)),
      specials_(new QComboBox),
      bias_(new QSpinBox),
      subnormals_(new QCheckBox(tr("Subnormals"))) {
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
    header->addWidget(more_);
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
    layout->addWidget(makeMore());
    connect(&Theme::instance(), &Theme::changed, this, &CustomFormatEditor::updateIcons);
    setFormat(custom);
    updateIcons();
}

CustomFormatEditor::Choice CustomFormatEditor::makeChoice(const QString& name, int least, int most) {
    Choice choice{.slider = new QSlider(Qt::Horizontal, this), .field = new QSpinBox(this)};
    choice.slider->setRange(least, most);
    choice.slider->setPageStep(most > 20 ? 8 : 2);
    choice.slider->setMinimumHeight(24);
    choice.slider->setAccessibleName(tr("%1 of the custom format, slider").arg(name));
    choice.field->setRange(least, most);
    choice.field->setFixedWidth(72);
    choice.field->setAccessibleName(tr("%1 of the custom format").arg(name));
    connect(choice.slider, &QSlider::sliderPressed, this, [this] { gesture_ = FormatsSession::newGesture(); });
    connect(choice.slider, &QSlider::sliderReleased, this, [this] { gesture_ = 0; });
    const auto take = [this] {
        auto parts = customPartsOf(format_);
        parts.exponentBits = exponent_.slider->value();
        parts.fractionBits = fraction_.slider->value();
        emit chosen(parts, gesture_);
    };
    connect(choice.slider, &QSlider::valueChanged, this, take);
    connect(choice.field, &QSpinBox::valueChanged, choice.slider, &QSlider::setValue);
    return choice;
}

QWidget* CustomFormatEditor::makeMore() {
    auto* body = new QWidget(this);
    auto* row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (const auto& words : kSpecialsWords) {
        specials_->addItem(tr(words.shown));
        specials_->setItemData(specials_->count() - 1, tr(words.help), Qt::ToolTipRole);
    }
    specials_->setProperty("small", true);
    specials_->setAccessibleName(tr("Special codes of the custom format"));
    specials_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    bias_->setRange(-kBiasReach, kBiasReach);
    bias_->setFixedWidth(78);
    bias_->setKeyboardTracking(false);
    bias_->setAccessibleName(tr("Bias of the custom format"));
    bias_->setToolTip(tr("What is subtracted from the exponent field"));
    subnormals_->setAccessibleName(tr("Subnormals of the custom format"));
    auto* label = roleLabel(tr("Bias"), "caption", body);
    label->setBuddy(bias_);
    row->addWidget(specials_, 1);
    row->addWidget(subnormals_);
    row->addWidget(label);
    row->addWidget(bias_);
    body->hide();
    more_->setCheckable(true);
    more_->setAccessibleName(tr("Special codes, subnormals and bias of the custom format"));
    connect(more_, &QPushButton::toggled, body, &QWidget::setVisible);
    connect(specials_, &QComboBox::activated, this, [this](int index) {
        auto parts = customPartsOf(format_);
        parts.specials = kSpecialsWords[index].specials;
        emit chosen(parts, 0);
    });
    connect(bias_, &QSpinBox::valueChanged, this, [this](int bias) {
        auto parts = customPartsOf(format_);
        parts.bias = bias;
        emit chosen(parts, 0);
    });
    connect(subnormals_, &QCheckBox::toggled, this, [this](bool on) {
        auto parts = customPartsOf(format_);
        parts.subnormals = on;
        emit chosen(parts, 0);
    });
    return body;
}

void CustomFormatEditor::setFormat(const Format& custom) {
    format_ = custom;
    const Format& f = format_;
    const QSignalBlocker blockers[]{QSignalBlocker(exponent_.slider), QSignalBlocker(exponent_.field),
                                    QSignalBlocker(fraction_.slider), QSignalBlocker(fraction_.field),
                                    QSignalBlocker(specials_),        QSignalBlocker(bias_),
                                    QSignalBlocker(subnormals_)};
    exponent_.slider->setValue(f.exponentBits);
    exponent_.field->setValue(f.exponentBits);
    fraction_.slider->setValue(f.fractionBits);
    fraction_.field->setValue(f.fractionBits);
    for (int i = 0; i < specials_->count(); ++i)
        if (kSpecialsWords[i].specials == f.specials) specials_->setCurrentIndex(i);
    bias_->setValue(f.bias);
    subnormals_->setChecked(f.subnormals);
    title_->setText(tr("Custom format %1").arg(QString::fromStdString(f.name)));
    summary_->setText(tr("%1 bits, bias %2, max %3").arg(f.bits()).arg(f.bias).arg(compactText(limits(f).max, 3)));
}

void CustomFormatEditor::refuse(const Error& error) {
    setFormat(format_);  // the controls show what there is
    summary_->setText(QString::fromStdString(error.text()));
}

void CustomFormatEditor::updateIcons() {
    marker_->setPixmap(markerPixmap(lookOf(format_), Theme::instance().formatColor(format_), 14, devicePixelRatioF()));
}

QString CustomFormatEditor::summary() const { return summary_->text(); }

}  // namespace mantissa::ui
