namespace Parley.Server.Configuration.Settings;

/// <summary>A setting that is one property of an options object.</summary>
internal abstract class ValueSetting<T, TValue>(string name, string description, Func<T, TValue> get, Action<T, TValue> set)
    : Setting<T>(name, description)
{
    public override void Copy(T from, T to) => set(to, get(from));

    public override bool IsSame(T a, T b) => EqualityComparer<TValue>.Default.Equals(get(a), get(b));

    protected TValue Get(T target) => get(target);

    protected void Set(T target, TValue value) => set(target, value);
}
