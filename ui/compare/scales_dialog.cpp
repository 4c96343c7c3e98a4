#include "compare/scales_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/card.h"

namespace mantissa::ui {
namespace {

QComboBox* choiceBox(const QString& name, const QStringList& choices) {
    auto* box = new QComboBox;
    box->addItems(choices);
    box->setAccessibleName(name);
    return box;
}

}  // namespace

ScalesDialog::ScalesDialog(const ScaleChoices& now, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Scales of emulated formats"));
    auto* layout = new QVBoxLayout(this);
    auto* words =
        roleLabel(tr("Integers, FP8 and custom formats can be stored with scales in FP32: a code times its scale is "
                     "a value. Native formats have none."),
                  "secondary", this);
    words->setWordWrap(true);
    layout->addWidget(words);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(8);
    // In the order of ScaleGrain and Calibration.
    weights_ = choiceBox(tr("Scales of weights"),
                         {tr("Usual: integers one an output channel, others none"), tr("None, but for integers"),
                          tr("One a tensor"), tr("One an output channel")});
    activations_ = choiceBox(tr("Scales of activations"), {tr("Usual: integers one a tensor, others none"),
                                                           tr("None, but for integers"), tr("One a tensor")});
    calibration_ = choiceBox(tr("Bounds of activations"),
                             {tr("Each tensor's own, as it runs (dynamic)"), tr("Smallest and largest value"),
                              tr("Percentile"), tr("Least mean squared error")});
    percentile_ = new QDoubleSpinBox;
    percentile_->setDecimals(3);
    percentile_->setRange(50.1, 100);
    percentile_->setSingleStep(0.01);
    percentile_->setSuffix(QStringLiteral(" %"));
    percentile_->setAccessibleName(tr("Percentile"));
    pictures_ = new QLineEdit;
    pictures_->setPlaceholderText(tr("the picture at hand"));
    pictures_->setClearButtonEnabled(true);
    pictures_->setMinimumWidth(220);
    pictures_->setAccessibleName(tr("Folder of pictures to calibrate on"));
    browse_ = new QPushButton(tr("Folder…"));
    browse_->setAccessibleName(tr("Choose the folder to calibrate on"));
    auto* place = new QHBoxLayout;
    place->addWidget(pictures_, 1);
    place->addWidget(browse_);
    form->addRow(tr("Weights"), weights_);
    form->addRow(tr("Activations"), activations_);
    form->addRow(tr("Bounds of activations"), calibration_);
    form->addRow(tr("Percentile"), percentile_);
    form->addRow(tr("Calibrate on"), place);
    layout->addLayout(form);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* usual = buttons->addButton(tr("Usual"), QDialogButtonBox::ResetRole);
    layout->addWidget(buttons);
    connect(usual, &QPushButton::clicked, this, [this] { fill({}); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browse_, &QPushButton::clicked, this, &ScalesDialog::choosePictures);
    connect(calibration_, &QComboBox::currentIndexChanged, this, &ScalesDialog::updateEnabled);
    fill(now);
}

ScaleChoices ScalesDialog::value() const {
    ScaleChoices choices;
    choices.options.weights = static_cast<ScaleGrain>(weights_->currentIndex());
    choices.options.activations = static_cast<ScaleGrain>(activations_->currentIndex());
    choices.options.calibration = static_cast<Calibration>(calibration_->currentIndex());
    if (choices.options.calibration == Calibration::percentile) choices.options.percentile = percentile_->value();
    if (choices.options.calibration != Calibration::dynamic)
        choices.pictures = pictures_->text().trimmed().toStdString();
    return choices;
}

void ScalesDialog::fill(const ScaleChoices& choices) {
    weights_->setCurrentIndex(static_cast<int>(choices.options.weights));
    activations_->setCurrentIndex(static_cast<int>(choices.options.activations));
    calibration_->setCurrentIndex(static_cast<int>(choices.options.calibration));
    percentile_->setValue(choices.options.percentile);
    pictures_->setText(QString::fromStdString(choices.pictures.string()));
    updateEnabled();
}

void ScalesDialog::choosePictures() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Choose pictures to calibrate on"), pictures_->text());
    if (!folder.isEmpty()) pictures_->setText(folder);
}

void ScalesDialog::updateEnabled() {
    const auto chosen = static_cast<Calibration>(calibration_->currentIndex());
    percentile_->setEnabled(chosen == Calibration::percentile);
    pictures_->setEnabled(chosen != Calibration::dynamic);
    browse_->setEnabled(chosen != Calibration::dynamic);
}

}  // namespace mantissa::ui
