describe "a" do
  xit "is b" do
    expect(a).to eq(b)
  end
end
