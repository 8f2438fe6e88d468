describe "a" do
  it "is b" do
    expect(a).to eq(b)
  end
end
