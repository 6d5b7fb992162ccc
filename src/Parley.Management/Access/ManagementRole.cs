namespace Parley.Management;

/// <summary>What a caller of the management side may do.</summary>
public enum ManagementRole
{
    /// <summary>See everything, change nothing.</summary>
    Read,

    /// <summary>See and change everything.</summary>
    Operate,
}
