namespace Parley.Load;

/// <summary>A point of a plot with the spread of its runs; disturbed when it has none without foreign load.</summary>
internal readonly record struct PlotPoint(double X, double Median, double Least, double Most, bool IsDisturbed);
