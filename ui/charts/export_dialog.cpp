#include "charts/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "charts/chart.h"
#include "charts/compare_chart.h"
#include "charts/export_all.h"
#include "number_text.h"
#include "session/settings.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr QSize kPreview(420, 320);

QSpinBox* spinBox(const Option<int>& option, const QString& suffix, const QString& name) {
    auto* box = new QSpinBox;
    box->setRange(option.least, option.most);
    box->setSuffix(suffix);
    box->setAccessibleName(name);
    return box;
}

QWidget* rowOf(std::initializer_list<QWidget*> widgets) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (auto* widget : widgets) layout->addWidget(widget);
    layout->addStretch(1);
    return row;
}

}  // namespace

ExportDialog::ExportDialog(Settings& settings, const Start& start, QWidget* parent)
    : QDialog(parent), settings_(settings), charts_(start.charts), comparison_(start.comparison) {
    setWindowTitle(tr("Export charts"));
    auto* columns = new QHBoxLayout;
    columns->setSpacing(16);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    what_ = new QComboBox;
    kind_ = new QComboBox;
    width_ = spinBox(option::kExportWidth, QStringLiteral(" px"), tr("Width"));
    height_ = spinBox(option::kExportHeight, QStringLiteral(" px"), tr("Height"));
    scale_ = new QComboBox;
    dpi_ = spinBox(option::kExportDpi, QStringLiteral(" dpi"), tr("Resolution"));
    theme_ = new QComboBox;
    heading_ = new QCheckBox(tr("Heading and legend"));
    captioned_ = new QCheckBox(tr("Caption"));
    caption_ = new QLineEdit;
    caption_->setAccessibleName(tr("Caption text"));
    size_ = roleLabel({}, "caption");
    form->addRow(tr("Chart"), what_);
    form->addRow(tr("File type"), kind_);
    form->addRow(tr("Size"), rowOf({width_, new QLabel(QStringLiteral("×")), height_}));
    form->addRow(tr("Pixels"), rowOf({scale_, dpi_}));
    form->addRow({}, size_);
    form->addRow(tr("Theme"), theme_);
    form->addRow({}, heading_);
    form->addRow(captioned_, caption_);
    columns->addLayout(form, 0);
    preview_ = new QLabel;
    preview_->setFixedSize(kPreview);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setAccessibleName(tr("Preview"));
    columns->addWidget(preview_, 1);

    error_ = roleLabel({}, "errorText");
    error_->setWordWrap(true);
    error_->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* copy = buttons->addButton(tr("Copy picture"), QDialogButtonBox::ActionRole);
    auto* save = buttons->addButton(tr("Save…"), QDialogButtonBox::ApplyRole);
    save->setProperty("role", "primary");
    save->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(columns);
    layout->addWidget(error_);
    layout->addWidget(buttons);

    fillForm(start);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(save, &QPushButton::clicked, this, &ExportDialog::chooseTarget);
    connect(copy, &QPushButton::clicked, this, [this] {
        copyChart(*charts_[static_cast<std::size_t>(what_->currentIndex())], options());
        emit exported(tr("Copied to the clipboard"));
    });
    connect(what_, &QComboBox::currentIndexChanged, this, [this, copy] {
        showChoice();
        copy->setEnabled(!exportsAll());
        updateForm();
    });
    for (auto* box : {kind_, scale_, theme_})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::updateForm);
    for (auto* box : {width_, height_, dpi_}) connect(box, &QSpinBox::valueChanged, this, &ExportDialog::updateForm);
    for (auto* box : {heading_, captioned_}) connect(box, &QCheckBox::toggled, this, &ExportDialog::updateForm);
    connect(caption_, &QLineEdit::textChanged, this, &ExportDialog::updateForm);
    copy->setEnabled(!exportsAll());
    updateForm();
}

void ExportDialog::fillForm(const Start& start) {
    for (const auto* chart : charts_) what_->addItem(chart->title());
    what_->addItem(start.allText);
    what_->setCurrentIndex(start.chosen < 0 ? static_cast<int>(charts_.size()) : start.chosen);
    for (const char* kind : {"png", "svg", "pdf"})
        kind_->addItem(QString::fromLatin1(kind).toUpper(), QString::fromLatin1(kind));
    kind_->setCurrentIndex(std::max(0, kind_->findData(start.suffix)));
    for (int scale = 1; scale <= 4; ++scale) scale_->addItem(tr("%1×").arg(scale), scale);
    scale_->setCurrentIndex(settings_.value(option::kExportScale) - 1);
    dpi_->setValue(settings_.value(option::kExportDpi));
    for (const auto& name : {tr("Light"), tr("Dark"), tr("Greyscale")}) theme_->addItem(name);
    theme_->setCurrentIndex(settings_.value(option::kExportTheme));
    heading_->setChecked(true);
    captioned_->setChecked(settings_.value(option::kExportCaption));
    showChoice();
}

void ExportDialog::showChoice() {
    if (exportsAll()) {
        caption_->setText(tr("Each chart's own: model, input, formats"));
    } else {
        const Chart& chart = *charts_[static_cast<std::size_t>(what_->currentIndex())];
        width_->setValue(chart.preferredExportSize().width());
        height_->setValue(chart.preferredExportSize().height());
        caption_->setText(chart.provenance());
    }
    caption_->setCursorPosition(0);
}

bool ExportDialog::exportsAll() const { return what_->currentIndex() == static_cast<int>(charts_.size()); }

QString ExportDialog::suffix() const { return kind_->currentData().toString(); }

ChartExportOptions ExportDialog::options() const {
    ChartExportOptions options;
    options.size = {width_->value(), height_->value()};
    options.scale = scale_->currentData().toInt();
    options.dpi = dpi_->value();
    options.theme = static_cast<ExportTheme>(theme_->currentIndex());
    options.heading = heading_->isChecked();
    if (captioned_->isChecked()) options.caption = caption_->text();
    return options;
}

void ExportDialog::updateForm() {
    const bool pixels = suffix() == QLatin1String("png");
    scale_->setEnabled(pixels);
    dpi_->setEnabled(pixels);
    width_->setEnabled(!exportsAll());
    height_->setEnabled(!exportsAll());
    caption_->setEnabled(captioned_->isChecked() && !exportsAll());
    const ChartExportOptions now = options();
    if (exportsAll())
        size_->setText(tr("Each chart in its own size, those of one candidate for every candidate"));
    else if (pixels)
        size_->setText(tr("%1 × %2 px, %3 × %4 cm in print")
                           .arg(now.size.width() * now.scale)
                           .arg(now.size.height() * now.scale)
                           .arg(fixedText(now.size.width() * now.scale / now.dpi * 2.54, 1),
                                fixedText(now.size.height() * now.scale / now.dpi * 2.54, 1)));
    else
        size_->setText(
            tr("%1 × %2 cm")
                .arg(fixedText(now.size.width() / 96.0 * 2.54, 1), fixedText(now.size.height() / 96.0 * 2.54, 1)));
    updatePreview();
}

void ExportDialog::updatePreview() {
    const Chart& chart = *charts_[static_cast<std::size_t>(exportsAll() ? 0 : what_->currentIndex())];
    ChartExportOptions small = options();
    if (exportsAll()) {
        small.size = chart.preferredExportSize();
        if (captioned_->isChecked()) small.caption = chart.provenance();
    }
    small.scale = 1;
    QImage image = chartImage(chart, small).scaled(kPreview, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    preview_->setPixmap(QPixmap::fromImage(image));
}

void ExportDialog::keepChoices() {
    settings_.set(option::kExportScale, scale_->currentData().toInt());
    settings_.set(option::kExportDpi, dpi_->value());
    settings_.set(option::kExportTheme, theme_->currentIndex());
    settings_.set(option::kExportCaption, captioned_->isChecked());
}

Result<std::vector<std::filesystem::path>> ExportDialog::saveAll(const std::filesystem::path& folder) const {
    const ExportAllOptions all{.suffix = suffix(), .chart = options()};
    std::vector<Chart*> others;
    for (Chart* chart : charts_)
        if (!comparison_ || !qobject_cast<CompareChart*>(chart)) others.push_back(chart);
    auto written = saveCharts(others, folder, all);
    if (!written || others.size() == charts_.size()) return written;
    auto compared = exportCharts(*comparison_, folder, all);
    if (!compared) return compared;
    compared->insert(compared->end(), written->begin(), written->end());
    return compared;
}

Result<std::vector<std::filesystem::path>> ExportDialog::writeTo(const std::filesystem::path& target) {
    keepChoices();
    error_->hide();
    Result<std::vector<std::filesystem::path>> written = std::vector{target};
    if (exportsAll()) {
        written = saveAll(target);
    } else if (auto saved = saveChart(*charts_[static_cast<std::size_t>(what_->currentIndex())], target, options());
               !saved) {
        written = saved.error();
    }
    if (!written) {
        error_->setText(tr("Not saved. %1").arg(QString::fromStdString(written.error().text())));
        error_->show();
    } else {
        emit exported(exportsAll() ? tr("%1 charts saved in %2")
                                         .arg(QString::number(written->size()), QString::fromStdString(target.string()))
                                   : tr("Saved %1").arg(QString::fromStdString(target.string())));
    }
    return written;
}

void ExportDialog::chooseTarget() {
    const QString purpose = QStringLiteral("export");
    const QString folder = settings_.folder(purpose).isEmpty() ? QDir::homePath() : settings_.folder(purpose);
    QString target;
    if (exportsAll()) {
        target = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"), folder);
        if (target.isEmpty()) return;
        settings_.setFolder(purpose, target);
    } else {
        const QString name = charts_[static_cast<std::size_t>(what_->currentIndex())]->name() + '.' + suffix();
        target = QFileDialog::getSaveFileName(this, tr("Save chart"), QDir(folder).filePath(name),
                                              QStringLiteral("%1 (*.%2)").arg(suffix().toUpper(), suffix()));
        if (target.isEmpty()) return;
        if (QFileInfo(target).suffix().toLower() != suffix()) target += '.' + suffix();
        settings_.setFolder(purpose, QFileInfo(target).absolutePath());
    }
    if (writeTo(target.toStdString())) accept();
}

}  // namespace mantissa::ui
