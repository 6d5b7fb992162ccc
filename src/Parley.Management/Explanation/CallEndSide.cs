namespace Parley.Management;

/// <summary>Which side a BYE came from.</summary>
internal enum CallEndSide
{
    None,
    Caller,
    Callee,
    Parley,
}
