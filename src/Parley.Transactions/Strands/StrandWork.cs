namespace Parley.Transactions;

/// <summary>A piece of work for a <see cref="Strand"/>. Keep it in a static field: no closure, no allocation.</summary>
/// <param name="target">The object that the work is about.</param>
/// <param name="argument">Whatever else it needs, e.g. a retained message that the work releases.</param>
/// <param name="version">A generation or version by which the work finds that it came too late.</param>
public delegate void StrandWork(object? target, object? argument, long version);
