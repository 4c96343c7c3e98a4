#include "compare/preprocessing_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "graph/label_file.h"
#include "number_text.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kMostPixels = 4096;

QSpinBox* pixelBox(const QString& name) {
    auto* box = new QSpinBox;
    box->setRange(1, kMostPixels);
    box->setSuffix(QStringLiteral(" px"));
    box->setAccessibleName(name);
    return box;
}

QDoubleSpinBox* numberBox(const QString& name, double least, double most) {
    auto* box = new QDoubleSpinBox;
    box->setDecimals(4);
    box->setRange(least, most);
    box->setSingleStep(0.01);
    box->setAccessibleName(name);
    return box;
}

QHBoxLayout* fieldRow(std::initializer_list<QWidget*> widgets) {
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    for (auto* widget : widgets) row->addWidget(widget);
    row->addStretch(1);
    return row;
}

}  // namespace

QString preprocessingText(const Preprocessing& how) {
    QString text;
    switch (how.resize) {
        case ResizeRule::none:
            text = QObject::tr("No resize");
            break;
        case ResizeRule::shortestEdge:
            text = QObject::tr("Resize %1").arg(how.resizeHeight);
            break;
        case ResizeRule::exact:
            text = QObject::tr("Resize to %1 × %2").arg(how.resizeWidth).arg(how.resizeHeight);
            break;
    }
    if (how.centerCrop) text += QObject::tr(", crop %1 × %2").arg(how.cropWidth).arg(how.cropHeight);
    return text;
}

PreprocessingDialog::PreprocessingDialog(const Preprocessing& now, const Model& model, QWidget* parent)
    : QDialog(parent), start_(now) {
    const Preprocessing modelsOwn = model.preprocessing;
    setWindowTitle(tr("Preprocessing"));
    auto* layout = new QVBoxLayout(this);
    auto* words =
        roleLabel(modelsOwn.fromFile ? tr("The model's own files say how pictures are made ready. "
                                          "What you change here holds until another model is opened, or is remembered.")
                                     : tr("The model does not say how pictures are made ready; these are sensible "
                                          "defaults. What you change here holds until another model is opened, or is "
                                          "remembered."),
                  "secondary", this);
    words->setWordWrap(true);
    layout->addWidget(words);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    resize_ = new QComboBox;
    resize_->addItems({tr("None"), tr("Shortest edge"), tr("Exact size")});
    resize_->setAccessibleName(tr("Resize"));
    height_ = pixelBox(tr("Resize height"));
    width_ = pixelBox(tr("Resize width"));
    form->addRow(tr("Resize, height × width"), fieldRow({resize_, height_, width_}));
    resample_ = new QComboBox;
    resample_->addItems({tr("Nearest"), tr("Bilinear"), tr("Bicubic"), tr("Lanczos")});
    form->addRow(tr("Resampling"), fieldRow({resample_}));
    crop_ = new QCheckBox(tr("Centre crop"));
    cropHeight_ = pixelBox(tr("Crop height"));
    cropWidth_ = pixelBox(tr("Crop width"));
    form->addRow(tr("Crop, height × width"), fieldRow({crop_, cropHeight_, cropWidth_}));
    range_ = new QComboBox;
    range_->addItems({tr("0 to 1"), tr("0 to 255")});
    form->addRow(tr("Values"), fieldRow({range_}));
    order_ = new QComboBox;
    order_->addItems({tr("RGB"), tr("BGR")});
    form->addRow(tr("Channel order"), fieldRow({order_}));
    normalize_ = new QCheckBox(tr("Subtract the mean and divide by the standard deviation"));
    form->addRow(tr("Normalise"), normalize_);
    for (std::size_t i = 0; i < 3; ++i) {
        mean_[i] = numberBox(tr("Mean of channel %1").arg(i + 1), -1000, 1000);
        std_[i] = numberBox(tr("Standard deviation of channel %1").arg(i + 1), 0.0001, 1000);
    }
    form->addRow(tr("Mean"), fieldRow({mean_[0], mean_[1], mean_[2]}));
    form->addRow(tr("Standard deviation"), fieldRow({std_[0], std_[1], std_[2]}));
    addMemory(*form, model);
    layout->addLayout(form);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* own = buttons->addButton(tr("Model's own"), QDialogButtonBox::ResetRole);
    connect(own, &QPushButton::clicked, this, [this, modelsOwn] { fill(modelsOwn); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    connect(resize_, &QComboBox::currentIndexChanged, this, &PreprocessingDialog::updateEnabled);
    connect(crop_, &QCheckBox::toggled, this, &PreprocessingDialog::updateEnabled);
    connect(normalize_, &QCheckBox::toggled, this, &PreprocessingDialog::updateEnabled);
    fill(now);
}

void PreprocessingDialog::addMemory(QFormLayout& form, const Model& model) {
    if (auto kept = readSidecar(model.path)) kept_ = *std::move(kept);
    if (kept_) labels_ = kept_->labels;
    modelsLabels_ = model.labels.size();
    folder_ = QString::fromStdString(model.path.parent_path().string());
    labelCount_ = new QLabel;
    auto* choose = new QPushButton(tr("From a file…"));
    choose->setToolTip(tr("A text file of one name a line, in the order of the classes, or a config.json"));
    choose->setAccessibleName(tr("Class names from a file"));
    form.addRow(tr("Class names"), fieldRow({labelCount_, choose}));
    showLabels(modelsLabels_);
    const QString file = QString::fromStdString(sidecarPath(model.path).filename().string());
    remember_ = new QCheckBox(tr("Remember for this model, in %1 beside it").arg(file));
    remember_->setChecked(kept_.has_value());
    form.addRow(QString(), remember_);
    connect(choose, &QPushButton::clicked, this, &PreprocessingDialog::chooseLabels);
    connect(remember_, &QCheckBox::toggled, this, [this](bool on) {
        if (on) return;
        labels_.clear();
        showLabels(kept_ ? 0 : modelsLabels_);
    });
}

void PreprocessingDialog::showLabels(std::size_t count) {
    labelCount_->setText(count == 0 ? tr("none") : groupedText(static_cast<std::int64_t>(count)));
}

void PreprocessingDialog::chooseLabels() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Choose a file of class names"), folder_,
                                                      tr("Names (*.txt *.json);;All files (*)"));
    if (!path.isEmpty()) useLabels(path.toStdString());
}

void PreprocessingDialog::useLabels(const std::filesystem::path& file) {
    auto names = readLabelFile(file);
    if (!names) return labelCount_->setText(QString::fromStdString(names.error().text()));
    labels_ = *std::move(names);
    showLabels(labels_.size());
    remember_->setChecked(true);  // names are kept, or lost when the dialog closes
}

Sidecar PreprocessingDialog::remembered() const { return {.preprocessing = value(), .labels = labels_}; }

bool PreprocessingDialog::remembers() const { return remember_->isChecked() && kept_ != remembered(); }

bool PreprocessingDialog::forgets() const { return kept_ && !remember_->isChecked(); }

void PreprocessingDialog::fill(const Preprocessing& how) {
    start_ = how;
    resize_->setCurrentIndex(static_cast<int>(how.resize));
    height_->setValue(how.resizeHeight);
    width_->setValue(how.resizeWidth);
    resample_->setCurrentIndex(static_cast<int>(how.resample));
    crop_->setChecked(how.centerCrop);
    cropHeight_->setValue(how.cropHeight > 0 ? how.cropHeight : how.resizeHeight);
    cropWidth_->setValue(how.cropWidth > 0 ? how.cropWidth : how.resizeWidth);
    range_->setCurrentIndex(how.rescale == 1 ? 1 : 0);
    order_->setCurrentIndex(how.flipChannels ? 1 : 0);
    normalize_->setChecked(how.normalize);
    for (std::size_t i = 0; i < 3; ++i) {
        mean_[i]->setValue(how.mean[i]);
        std_[i]->setValue(how.std[i]);
    }
    updateEnabled();
}

void PreprocessingDialog::updateEnabled() {
    const auto rule = static_cast<ResizeRule>(resize_->currentIndex());
    height_->setEnabled(rule != ResizeRule::none);
    width_->setEnabled(rule == ResizeRule::exact);
    resample_->setEnabled(rule != ResizeRule::none);
    cropHeight_->setEnabled(crop_->isChecked());
    cropWidth_->setEnabled(crop_->isChecked());
    for (std::size_t i = 0; i < 3; ++i) {
        mean_[i]->setEnabled(normalize_->isChecked());
        std_[i]->setEnabled(normalize_->isChecked());
    }
}

Preprocessing PreprocessingDialog::value() const {
    Preprocessing how = start_;
    how.resize = static_cast<ResizeRule>(resize_->currentIndex());
    how.resizeHeight = height_->value();
    how.resizeWidth = how.resize == ResizeRule::shortestEdge ? start_.resizeWidth : width_->value();
    how.resample = static_cast<Resample>(resample_->currentIndex());
    how.centerCrop = crop_->isChecked();
    if (how.centerCrop) {
        how.cropHeight = cropHeight_->value();
        how.cropWidth = cropWidth_->value();
    }
    // A factor of the file's own, such as 1/127.5, stays unless the range is changed.
    if ((range_->currentIndex() == 1) != (start_.rescale == 1))
        how.rescale = range_->currentIndex() == 1 ? 1 : 1.0 / 255;
    how.flipChannels = order_->currentIndex() == 1;
    how.normalize = normalize_->isChecked();
    if (how.normalize)
        for (std::size_t i = 0; i < 3; ++i) {
            how.mean[i] = mean_[i]->value();
            how.std[i] = std_[i]->value();
        }
    return how;
}

}  // namespace mantissa::ui
