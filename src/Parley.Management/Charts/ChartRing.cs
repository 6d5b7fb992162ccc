namespace Parley.Management;

/// <summary>One line of a chart: the value of each of the last steps; NaN where there is none. Under the lock of its owner.</summary>
internal sealed class ChartRing
{
    private readonly float[] _values = NoValues();

    /// <param name="step">The step's number since the start.</param>
    /// <param name="value">NaN for none.</param>
    public void Write(long step, double value) => _values[step % _values.Length] = (float)value;

    /// <summary>Adds to the value of a step.</summary>
    public void Add(long step, double value)
    {
        ref float at = ref _values[step % _values.Length];
        at = float.IsNaN(at) ? (float)value : at + (float)value;
    }

    /// <summary>The values of the steps before this one, as many as are kept, the oldest first.</summary>
    public double?[] Read(long step)
    {
        int count = (int)Math.Min(step, _values.Length);
        double?[] values = new double?[count];
        for (int i = 0; i < count; i++)
        {
            float value = _values[(step - count + i) % _values.Length];
            values[i] = float.IsNaN(value) ? null : Math.Round(value, 3);
        }

        return values;
    }

    private static float[] NoValues()
    {
        float[] values = new float[ChartRecorder.Steps];
        Array.Fill(values, float.NaN);
        return values;
    }
}
