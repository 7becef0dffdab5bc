//! The plots: time against size, both axes logarithmic, a line for each backend and for each
//! floor.

use std::{error::Error, path::Path};

use plotters::prelude::*;

use super::Figures;

/// A line of a plot: what it shows, and how it is called.
struct Line {
    what: String,
    label: String,
}

/// Draws every plot into `out`.
pub(super) fn write(figures: &Figures, out: &Path) -> Result<(), Box<dyn Error>> {
    let backends = |what: &str| -> Vec<Line> {
        figures.backends.iter().map(|name| Line { what: format!("{what}/{name}"), label: name.clone() }).collect()
    };
    let floor = |what: &str, label: &str| Line { what: what.to_owned(), label: label.to_owned() };
    let mut cold = backends("cold");
    cold.extend([floor("parse", "parsing alone"), floor("ctags", "ctags -R")]);
    let mut warm = backends("warm");
    warm.push(floor("walk", "walking and stat-ing alone"));
    let mut edited = backends("one-file");
    edited.push(floor("walk", "walking and stat-ing alone"));
    let mut asked = backends("symbol");
    asked.push(floor("one-row", "opening SQLite and reading one row"));
    asked.push(floor("one-row-of-duckdb", "opening DuckDB and reading one row"));
    draw(figures, out, "cold", "First index of a repository", &cold)?;
    draw(figures, out, "warm", "Nothing changed", &warm)?;
    draw(figures, out, "one-file", "One file changed", &edited)?;
    draw(figures, out, "symbol", "One question, as a process", &asked)
}

fn draw(figures: &Figures, out: &Path, name: &str, title: &str, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let made: Vec<_> = figures.trees.iter().filter(|tree| tree.made).collect();
    let series: Vec<(&Line, Vec<(f64, f64)>)> = lines
        .iter()
        .map(|line| (line, made.iter().filter_map(|tree| Some((tree.files as f64, tree.wall(&line.what)?))).collect()))
        .filter(|(_, points): &(_, Vec<_>)| points.len() > 1)
        .collect();
    let points = || series.iter().flat_map(|(_, points)| points);
    let bounds = |of: fn(&(f64, f64)) -> f64| {
        points().map(of).fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    if series.is_empty() {
        return Ok(());
    }
    let ((left, right), (bottom, top)) = (bounds(|point| point.0), bounds(|point| point.1));
    let path = out.join(format!("{name}.svg"));
    let area = SVGBackend::new(&path, (800, 500)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((left * 0.9..right * 1.1).log_scale(), (bottom * 0.7..top * 1.4).log_scale())?;
    let (files, seconds) = (|files: &f64| format!("{files:.0}"), |seconds: &f64| decimals(*seconds));
    chart.configure_mesh().x_desc("files").y_desc("seconds").x_label_formatter(&files).y_label_formatter(&seconds).draw()?;
    for (index, (line, points)) in series.into_iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(3))?
            .label(&line.label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(BLACK)
        .background_style(WHITE)
        .draw()?;
    area.present()?;
    Ok(())
}

/// A number to the thousandth, without trailing zeros.
fn decimals(number: f64) -> String {
    format!("{number:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::decimals;

    #[test]
    fn marks_are_short() {
        assert_eq!([0.7000000000000001, 0.02, 1.0, 20.0].map(decimals), ["0.7", "0.02", "1", "20"]);
    }
}
