#include "window/settings_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>

#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {

SettingsDialog::SettingsDialog(Settings& settings, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Settings"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(8);
    auto* theme = new QComboBox;
    theme->addItems({tr("As the system"), tr("Light"), tr("Dark")});
    theme->setCurrentIndex(static_cast<int>(Theme::instance().mode()));
    form->addRow(tr("Theme"), theme);
    auto* threads = new QSpinBox;
    threads->setRange(option::kThreads.least, option::kThreads.most);
    threads->setSpecialValueText(tr("LibTorch's default"));
    threads->setValue(settings.value(option::kThreads));
    threads->setToolTip(
        tr("Threads LibTorch computes with. Results of native runs may depend on it in the last bits."));
    form->addRow(tr("Threads"), threads);
    auto* runs = new QSpinBox;
    runs->setRange(option::kTimedRuns.least, option::kTimedRuns.most);
    runs->setValue(settings.value(option::kTimedRuns));
    form->addRow(tr("Timed runs a format, at most"), runs);
    auto* limit = new QDoubleSpinBox;
    limit->setRange(option::kTimeLimit.least, option::kTimeLimit.most);
    limit->setDecimals(1);
    limit->setSuffix(QStringLiteral(" s"));
    limit->setValue(settings.value(option::kTimeLimit));
    form->addRow(tr("Timing stops after"), limit);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    auto* note = roleLabel(tr("Emulated formats are never timed."), "caption");
    layout->addWidget(note);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(this, &QDialog::accepted, this, [=, this, &settings] {
        emit themeChosen(theme->currentIndex());
        const bool changed = threads->value() != settings.value(option::kThreads) ||
                             runs->value() != settings.value(option::kTimedRuns) ||
                             limit->value() != settings.value(option::kTimeLimit);
        settings.set(option::kThreads, threads->value());
        settings.set(option::kTimedRuns, runs->value());
        settings.set(option::kTimeLimit, limit->value());
        if (changed) emit measurementChanged();
    });
}

}  // namespace mantissa::ui
